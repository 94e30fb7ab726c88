"""Every page in a real browser: in both schemes, at every width, and judged by axe."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
from flask import Flask

from entrypoints.container import Container
from entrypoints.http.app import create_app
from tests.http_client import found, settings_on
from tests.integration.artefacts import artefact_folder
from tests.integration.pages.addresses import Address, Visitor, addresses, filled
from tests.integration.pages.furnished import demo_team, furnish
from tests.integration.pages.looking import PLAIN_LOOKS, a_reader, chromium_browser
from tests.integration.pages.walk import walk
from tests.integration.server import served

#: As few as still fill every page.
DAYS = 3
#: What people and programs may call a model, a project, a budget and all the rest.
HOSTILE = tuple(text[:256] for text in (
    "W" * 256,
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "\"'><svg/onload=alert(1)>{{ 7*7 }}${7*7}</title></textarea>",
    "=cmd|'/C calc'!A0",
    "\u202e" + "شركة الحوسبة الحقيقية " * 11,
    "👩‍👩‍👧‍👦" * 23 + "🇺🇳",
    "Z\u0337\u0322\u0353\u0348\u031e\u0326\u0324\u0349\u030d\u0303\u030b\u0342" * 20,
    "../..//%00%2e?a=b&c#d;\\",
    "日本語の名前" * 40,
))  # fmt: skip


@pytest.fixture
def container(database_url: str) -> Iterator[Container]:
    container = Container(settings=settings_on(database_url))
    yield container
    container.engine().dispose()


@pytest.fixture
def app(container: Container) -> Flask:
    return create_app(container)


def test_a_page_of_which_no_address_is_known_is_named() -> None:
    assert filled("/models/<name:provider>/<model>/x", {"models": "a/b"}) == "/models/a/b/x"
    with pytest.raises(LookupError, match="no address is known for the page /news/<uuid:news_id>"):
        filled("/news/<uuid:news_id>", {"models": "a/b"})


def test_what_moves_on_a_page_is_measured(chromium: str) -> None:
    with chromium_browser(chromium) as browser:
        page = a_reader(browser, "http://unsound.example").page
        page.route(
            "**/*", lambda route: route.fulfill(body="<p>Here</p>", content_type="text/html")
        )
        page.goto("/")
        page.evaluate("new Promise((shown) => requestAnimationFrame(() => setTimeout(shown)))")
        page.evaluate("document.body.prepend(document.createElement('hr'), 'Above')")
        page.wait_for_function("window.moved > 0")


_MISPLACE = """() => {
  const style = (name) => document.querySelector(name).style;
  style(".small").width = style(".cut").width = "20px";
  Object.assign(style(".cut"),
    { marginTop: "-18px", overflow: "hidden", textOverflow: "ellipsis", whiteSpace: "nowrap" });
}"""


def test_a_page_that_is_not_sound_is_noticed(chromium: str) -> None:
    page = """<html><head><title>Unsound</title></head><body><h1>One</h1><h1>Two</h1>
        <p style="color: red">grey</p><div class="long">x</div><img src="/picture">
        <div class="small">unbreakable</div><div class="cut">start and end</div></body></html>"""
    headers = {"Content-Security-Policy": "style-src 'self'", "Content-Type": "text/html"}
    with chromium_browser(chromium) as browser:
        reader = a_reader(browser, "http://unsound.example")
        reader.page.route("**/*", lambda route: route.fulfill(body=page, headers=headers))
        reader.visit(Address("unsound", "/"))
        reader.page.evaluate("document.querySelector('.long').style.width = '5000px'")
        reader.page.evaluate("document.querySelector('p').style.color = '#ccc'")
        reader.page.evaluate(_MISPLACE)
        reader.look("unsound, later")
    findings = "\n".join(reader.findings)
    for expected in (
        "unsound: has 2 first headings", "unsound: against the policy: style-src-attr",
        "unsound (light, 1280 px): html-has-lang: html:", "image-alt: img:",
        "unsound, later (light, 2560 px): scrolls sideways: div.long in body.null by",
        "unsound, later (dark, 360 px): color-contrast: p:",
        'unsound, later (light, 360 px): "start and end" lies on "unbreakable" in div.small',
        '"unbreakable" sticks out of div.small',
        '"start and end" is cut short in div.cut and nowhere whole',
    ):  # fmt: skip
        assert expected in findings, findings


# Chromium takes its time where every core is busy with other tests.
@pytest.mark.timeout(900)
def test_every_page_is_sound_in_both_schemes_and_at_every_width(
    container: Container, app: Flask, database_url: str, chromium: str, tmp_path: Path
) -> None:
    team = demo_team(container, app, DAYS)
    log = tmp_path / "server.log"
    with served(database_url, log) as url, chromium_browser(chromium) as browser:
        findings = walk(browser, url, team, artefact_folder(tmp_path))
    assert findings == [], "\n".join(findings)


@pytest.mark.timeout(900)
def test_no_page_breaks_on_whatever_things_are_called(
    app: Flask, database_url: str, chromium: str, tmp_path: Path
) -> None:
    team = found(app, "W" * 100)
    pages: list[Address] = []
    for number, name in enumerate(HOSTILE):
        things = furnish(team, name)
        pages += [page for page in addresses(things) if "<" in page.name]
        named = urlencode({"model": name, "user": name[:40]})
        unfinished = urlencode({"add": "tag.", "tag": name})
        pages += [
            Address(f"chips {number}", f"/dashboard?{named}"),
            Address(f"calls {number}", f"/dashboard/queries?{named}"),
            Address(f"an open form {number}", f"/dashboard/models?{named}&{unfinished}"),
            Address(f"a price {number}", f"/dashboard/prices?{urlencode({'model': name})}"),
        ]
    # Those that show lists are opened once all is in them.
    pages += [page for page in addresses(things) if "<" not in page.name]
    log, findings = tmp_path / "server.log", []
    with served(database_url, log) as url, chromium_browser(chromium) as browser:
        for visitor, session in ((Visitor.OWNER, team.owner.session), (Visitor.STRANGER, None)):
            reader = a_reader(browser, url, session)
            for address in pages:
                if address.visitor is visitor:
                    reader.visit(address, PLAIN_LOOKS)
            findings += reader.findings
    assert findings == [], "\n".join(findings)
