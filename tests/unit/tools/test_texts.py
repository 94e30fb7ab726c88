"""The catalogue of texts: what stands in it, and that it is the one of today."""

from pathlib import Path

import pytest

from tools.texts.__main__ import files
from tools.texts.catalogue import template_texts
from tools.texts.python_texts import Text, texts_of


def test_the_catalogues_are_what_make_texts_would_write_now() -> None:
    stale = [path.name for path, wanted in files().items() if path.read_bytes() != wanted]
    assert stale == [], "run: make texts"


def test_a_language_is_begun_and_keeps_its_translations(tmp_path: Path) -> None:
    for _ in range(2):
        for path, content in files(tmp_path, begun="de").items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        po = tmp_path / "de" / "LC_MESSAGES" / "messages.po"
        text = po.read_text("utf-8").replace(
            'msgid "Sign in"\nmsgstr ""', 'msgid "Sign in"\nmsgstr "Anmelden"'
        )
        po.write_text(text, "utf-8")
    found = files(tmp_path)
    assert b'msgstr "Anmelden"' in found[po]
    assert b"Anmelden" in found[po.with_suffix(".mo")]


@pytest.mark.parametrize(
    ("source", "texts"),
    [
        ("gettext('one')", [Text("one")]),
        ("gettext('one ' 'two', name=name)", [Text("one two")]),
        ("gettext('yes') if a else gettext('no')", [Text("yes"), Text("no")]),
        ("Phrase('at most %(most)s', most=3)", [Text("at most %(most)s")]),
        ("several('a call', 'calls')", [Text("a call", "calls")]),
        ("raise Invalid.at('/name', 'is wrong' if a else 'is old')",
         [Text("is wrong"), Text("is old")]),
        ("raise NotFound('There is none.')", [Text("There is none.")]),
        ("detail = 'is wrong'", [Text("is wrong")]),
        ("gettext(f'{name} is there')", []),
        ("gettext('')", []),
        ("print('not for people')", []),
    ],
)  # fmt: skip
def test_what_python_asks_for_is_gathered(source: str, texts: list[Text]) -> None:
    assert list(texts_of(source)) == texts


def test_what_a_template_asks_for_is_gathered(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text(
        "{{ _('one') }} {% trans n=n %}a <b>{{ n }}</b>{% pluralize %}many{% endtrans %}"
        "{{ _('%(a)s and %(b)s', a=1, b=2) }}"
    )
    assert list(template_texts(page)) == [
        Text("one"),
        Text("a <b>%(n)s</b>", "many"),
        Text("%(a)s and %(b)s"),
    ]


def test_a_text_that_is_only_known_later_is_refused(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text("{{ _(name) }}")
    with pytest.raises(ValueError, match=r"page\.html:1"):
        list(template_texts(page))
