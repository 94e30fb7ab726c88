"""The pages in another language: a made-up one, in which every text stands in brackets."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from application.notifications.limit_by_hand import MOST_AN_HOUR
from entrypoints.container import Container
from entrypoints.http.app import create_app
from tests.http_client import PASSWORD, PROBLEM, Team, body_of, found, settings_on
from tests.integration.http.browsing import Page, page_of
from tests.integration.http.page_calls import CALLS
from tests.translations import LANGUAGE, bracketed, in_brackets

HEADERS = {"Accept-Language": LANGUAGE}
PATHS = (
    "/dashboard", "/dashboard/providers", "/dashboard/models", "/dashboard/queries",
    "/dashboard/queries/dear", "/dashboard/models/anthropic/claude-sonnet-4-5",
    "/dashboard/budgets", "/dashboard/budgets/new", "/dashboard/alerts", "/dashboard/channels",
    "/dashboard/channels/new", "/dashboard/prices?model=gpt-4o", "/dashboard/prices/unpriced",
    "/dashboard/prices/own", "/dashboard/prices/own/prices/new", "/dashboard/keys",
    "/dashboard/keys/new", "/settings", "/no/such/page",
)  # fmt: skip
#: What is a text of the page wherever it stands.
_TEXTS = re.compile(
    r"<(h1|h2|th|label|legend|dt|button)\b[^>]*>(?:<svg.*?</svg>)?\s*([^<\s][^<]*)", re.DOTALL
)
#: Names that people gave, in the places of texts.
PEOPLES_OWN = frozenset({
    "Everything", "Default key", "Acme", "claude-sonnet-4-5", "gpt-4o", "openai", "anthropic",
})  # fmt: skip
_OPEN, _CLOSED = [*bracketed("")]


@pytest.fixture(scope="module")
def app(file_database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    container = Container(settings=settings_on(file_database_url))
    folder: Path = tmp_path_factory.mktemp("translations")
    yield create_app(container, translations=in_brackets(folder))
    container.engine().dispose()


@pytest.fixture(scope="module")
def client(app: Flask) -> FlaskClient:
    """The owner's, after calls have come in and a budget was set."""
    team: Team = found(app)
    team.send(*CALLS)
    budget = {"name": "Everything", "limit_usd": "0.001"}
    assert team.owner.client.post("/api/v1/budgets", json=budget).status_code == 201
    return team.owner.client


def opened(client: FlaskClient, path: str) -> Page:
    return page_of(client.get(path, headers=HEADERS))


@pytest.mark.parametrize("path", PATHS)
def test_headings_labels_and_buttons_are_translated(client: FlaskClient, path: str) -> None:
    page = opened(client, path)
    texts = [text.strip() for _, text in _TEXTS.findall(page.html)]
    translated = [text for text in texts if text.startswith(_OPEN)]
    assert translated
    assert f'<html lang="{LANGUAGE}"' in page.html
    others = {text for text in texts if text[0].isalpha() and "@" not in text}
    assert others <= PEOPLES_OWN


def test_a_form_says_what_is_wrong_in_the_readers_language(client: FlaskClient) -> None:
    token = opened(client, "/dashboard/budgets/new").value("csrf_token")
    fields = {"csrf_token": token, "name": "x" * 101, "limit_usd": ""}
    page = page_of(client.post("/dashboard/budgets/new", data=fields, headers=HEADERS))
    assert page.status == 422
    assert page.error("name") == f"{bracketed('must have at most 100 characters')}."
    assert page.error("limit_usd").startswith(bracketed("must be a decimal number"))


def test_what_was_done_is_said_in_the_readers_language(client: FlaskClient) -> None:
    page = opened(client, "/dashboard/channels?notice=by-hand-limit")
    assert (
        bracketed(f"{MOST_AN_HOUR} tests and repetitions went out within an hour: wait.")
        in page.text
    )


def test_counts_and_days_are_translated(client: FlaskClient) -> None:
    text = opened(client, "/dashboard").text
    assert bracketed("2 providers") in text
    assert re.search(rf"{_OPEN}\d+ {_OPEN}[A-Z][a-z][a-z]{_CLOSED} \d{{4}}{_CLOSED}", text)


def test_programs_are_answered_in_english_whatever_they_accept(app: Flask) -> None:
    client = app.test_client()
    body = {"email": "grace@example.com", "password": "short"}
    answer = client.post("/api/auth/signup", json=body, headers=HEADERS)
    assert answer.content_type == PROBLEM
    assert _OPEN not in answer.text
    assert body_of(answer)["errors"][0]["detail"] == "must have 12 to 1024 characters"


def test_browsers_that_ask_for_nothing_or_for_english_get_english(app: Flask) -> None:
    for accepted in ({}, {"Accept-Language": "en-GB,en;q=0.9,eo;q=0.1"}):
        page = page_of(app.test_client().get("/login", headers=accepted))
        assert '<html lang="en"' in page.html
        assert _OPEN not in page.html


def test_what_people_sent_is_escaped_inside_a_translation(app: Flask) -> None:
    client = app.test_client()
    body = {"email": "mallory@example.com", "password": PASSWORD}
    assert client.post("/api/auth/signup", json=body).status_code == 201
    name = "<script>alert(1)</script>"
    assert client.post("/api/v1/onboard", json={"organization_name": name}).status_code == 201
    page = opened(client, "/dashboard")
    assert "<script>alert" not in page.html
    assert bracketed("Overview") in page.text
