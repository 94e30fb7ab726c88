"""A person with a browser that runs no scripts: opens pages, fills in forms, reads what is said."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import unescape
from html.parser import HTMLParser

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.http_client import PASSWORD

_VOID = frozenset({"br", "hr", "img", "input", "link", "meta", "rect", "line", "path", "circle"})
#: Beside an amount that is shown in short.
_EXACT = re.compile(r'<span class="visually-hidden exact">[^<]*</span>')
_FIELDS = frozenset({"input", "select", "textarea"})


class _Reader(HTMLParser):
    """Collects the texts of elements that have an id, and the attributes of all."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: dict[str, str] = {}
        self.elements: list[tuple[str, dict[str, str]]] = []
        self._open: list[tuple[str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        self.elements.append((tag, found))
        if name := found.get("id"):
            self.texts[name] = ""
        if tag not in _VOID:
            self._open.append((tag, found.get("id")))

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        for _, name in self._open:
            if name is not None:
                self.texts[name] += data


@dataclass(frozen=True, slots=True)
class Page:
    """What a browser shows. ``elements`` are all tags with their attributes, in order."""

    status: int
    html: str
    location: str | None
    headers: Mapping[str, str]
    texts: Mapping[str, str]
    elements: list[tuple[str, dict[str, str]]]

    @property
    def text(self) -> str:
        """What is read, markup and white space aside; of an amount what is seen of it."""
        seen = _EXACT.sub("", self.html)
        return " ".join(unescape(re.sub(r"<[^>]*>", " ", seen)).split())

    def error(self, field: str) -> str:
        """The message beside a field."""
        return self.texts[f"{field}-error"]

    def value(self, field: str) -> str:
        """What a field holds."""
        for tag, attributes in self.elements:
            if tag in _FIELDS and attributes.get("name") == field:
                return self.texts[field] if tag == "textarea" else attributes.get("value", "")
        raise AssertionError(f"no field {field}")

    @property
    def links(self) -> list[str]:
        return [found["href"] for tag, found in self.elements if tag == "a" and "href" in found]

    @property
    def forms(self) -> list[str]:
        """Where the forms of the page go; empty for the page itself."""
        return [
            found.get("action", "").partition("#")[0]
            for tag, found in self.elements
            if tag == "form" and found.get("method") == "post"
        ]


@dataclass(frozen=True, slots=True)
class Browser:
    client: FlaskClient

    def open(self, path: str) -> Page:
        """The page behind an address; redirects are shown, not followed."""
        return page_of(self.client.get(path))

    def submit(self, path: str, *, on: str | None = None, **fields: object) -> Page:
        """Fill in the form that goes to ``path``, on the page ``on`` (else the same path)."""
        token = self.open(on or path).value("csrf_token")
        return page_of(self.client.post(path, data={"csrf_token": token, **fields}))


def page_of(answer: TestResponse) -> Page:
    """An answer as a browser reads it."""
    reader = _Reader()
    reader.feed(answer.text)
    return Page(
        status=answer.status_code,
        html=answer.text,
        location=answer.headers.get("Location"),
        headers=dict(answer.headers),
        texts=reader.texts,
        elements=reader.elements,
    )


def newcomer(app: Flask) -> Browser:
    """Somebody who is not signed in."""
    return Browser(app.test_client())


def signed_up(app: Flask, email: str) -> Browser:
    """Somebody who has just signed up through the page."""
    browser = newcomer(app)
    done = browser.submit("/signup", email=email, password=PASSWORD)
    assert done.location == "/onboarding", done.text
    return browser
