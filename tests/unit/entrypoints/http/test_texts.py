"""Which language a request is answered in, and what is said in it."""

from pathlib import Path

import pytest
from flask import Flask, render_template_string

from domain.phrases import Phrase
from entrypoints.http import texts
from entrypoints.http.pages import vocabulary
from entrypoints.http.pages.counts import plural
from entrypoints.http.pages.vocabulary import sentence
from tests.translations import LANGUAGE, bracketed, in_brackets

GERMAN_FIRST = {"Accept-Language": "de, eo;q=0.8, en;q=0.5"}


def an_app(folder: Path, language: str | None = None) -> Flask:
    app = Flask(__name__)
    texts.install(app, language=language, folder=folder)
    return app


@pytest.fixture
def app(tmp_path: Path) -> Flask:
    return an_app(in_brackets(tmp_path))


def test_english_is_the_only_language_that_is_shipped() -> None:
    assert texts.languages() == ["en"]


def test_a_folder_with_a_catalogue_is_a_language(tmp_path: Path) -> None:
    assert texts.languages(in_brackets(tmp_path)) == ["en", LANGUAGE]


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("de, eo;q=0.8, en;q=0.5", LANGUAGE),
        ("en-US, eo;q=0.5", "en"),
        ("de", "en"),
        ("", "en"),
        ("eo;q=0", "en"),
        ("*", "en"),
        ("EO-x", LANGUAGE),
    ],
)
def test_a_browser_is_answered_in_the_first_of_its_languages_that_there_is(
    app: Flask, accepted: str, language: str
) -> None:
    with app.test_request_context(headers={"Accept-Language": accepted}):
        assert texts.language_of_request() == language


def test_a_language_that_is_set_holds_for_every_browser(tmp_path: Path) -> None:
    folder = in_brackets(tmp_path)
    with an_app(folder, "en").test_request_context(headers=GERMAN_FIRST):
        assert texts.gettext("Sign in") == "Sign in"
    with an_app(folder, LANGUAGE).test_request_context():
        assert texts.gettext("Sign in") == bracketed("Sign in")


def test_without_a_reader_or_a_translation_texts_are_english(app: Flask) -> None:
    assert texts.gettext("Sign in") == "Sign in"
    assert plural(2, "call") == "2 calls"
    with app.test_request_context(headers=GERMAN_FIRST):
        assert texts.gettext("in no catalogue") == "in no catalogue"


def test_values_are_put_into_the_translation(app: Flask) -> None:
    with app.test_request_context(headers=GERMAN_FIRST):
        assert texts.gettext("Call %(id)s", id="%s") == bracketed("Call %s")
        assert plural(1, "call") == bracketed("1 call")
        assert plural(1204, "call") == bracketed("1,204 calls")


def test_what_an_error_says_is_translated_with_its_values_and_becomes_a_sentence(
    app: Flask,
) -> None:
    detail = Phrase("must have at most %(most)s characters", most=3)
    assert sentence(detail) == "Must have at most 3 characters."
    with app.test_request_context(headers=GERMAN_FIRST):
        assert bracketed("must have at most 3 characters") in sentence(detail)
        inner = Phrase("The limit of %(limit)s holds.", limit=Phrase("month"))
        assert texts.translated(inner) == bracketed(f"The limit of {bracketed('month')} holds.")
        assert texts.translated("") == ""


def test_a_template_escapes_values_and_neither_its_texts_nor_their_translations(
    app: Flask,
) -> None:
    page = """{% autoescape true %}{{ _("provider's %(name)s", name=name) }}{% endautoescape %}"""
    with app.test_request_context(headers=GERMAN_FIRST):
        assert render_template_string(page, name="<b>") == "provider's &lt;b&gt;"


def test_the_names_of_peoples_own_tags_are_not_translated(app: Flask) -> None:
    with app.test_request_context(headers=GERMAN_FIRST):
        assert vocabulary.filter_words("model") == bracketed("model")
        assert vocabulary.filter_words("tag.model") == "model"
        assert vocabulary.words("Europe/New_Land") == "Europe/New Land"
