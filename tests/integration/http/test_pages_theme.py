"""Light or dark: by the system, or by choice."""

from urllib.parse import quote

import pytest
from flask import Flask

from tests.http_client import Team
from tests.integration.http.browsing import Browser, Page, newcomer


@pytest.fixture
def browser(team: Team) -> Browser:
    return Browser(team.owner.client)


def theme_of(page: Page) -> str | None:
    return next(its for tag, its in page.elements if tag == "html").get("data-theme")


def choose(browser: Browser, theme: str, back: str = "/settings") -> Page:
    return browser.submit("/theme", on="/settings", theme=theme, next=back)


def pressed(page: Page) -> list[str]:
    return [
        its["value"]
        for tag, its in page.elements
        if tag == "button" and its.get("aria-pressed") == "true"
    ]


def test_without_a_choice_the_system_decides(browser: Browser) -> None:
    page = browser.open("/settings")
    assert theme_of(page) is None
    assert pressed(page) == ["system"]
    assert '<meta name="color-scheme" content="light dark">' in page.html


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_choice_is_in_the_page_as_it_arrives_and_stays(browser: Browser, theme: str) -> None:
    cookie = choose(browser, theme).headers["Set-Cookie"]
    assert f"tc_theme={theme}" in cookie
    assert "Max-Age=31536000" in cookie
    for path in ("/settings", "/dashboard", "/login", "/docs", "/no/such/page"):
        page = browser.open(path)
        assert page.location or theme_of(page) == theme
    page = browser.open("/settings")
    assert pressed(page) == [theme]
    assert f'<meta name="color-scheme" content="{theme}">' in page.html


@pytest.mark.parametrize("theme", ["system", "", "solarized", '"><script>'])
def test_anything_else_goes_back_to_the_system(browser: Browser, theme: str) -> None:
    choose(browser, "dark")
    choose(browser, theme)
    assert theme_of(browser.open("/settings")) is None


def test_one_comes_back_to_the_page_one_was_on_without_its_notice(browser: Browser) -> None:
    page = browser.open("/dashboard/models?days=7&notice=key-revoked&model=a%26b")
    assert page.value("next") == "/dashboard/models?days=7&model=a%26b"
    done = choose(browser, "dark", page.value("next"))
    assert (done.status, done.location) == (303, "/dashboard/models?days=7&model=a%26b")


@pytest.mark.parametrize("back", ["https://evil.example", "//evil.example", "/api/v1/usage", ""])
def test_one_is_never_sent_anywhere_but_to_a_page(browser: Browser, back: str) -> None:
    assert choose(browser, "dark", back).location == "/dashboard"


def test_a_page_with_a_secret_keeps_the_switch_in_its_place_and_no_way_to_lose_it(
    browser: Browser,
) -> None:
    created = browser.submit("/dashboard/keys/new", name="Once", scopes="ingest")
    assert "tc_live_" in created.text
    assert "/theme" not in created.forms
    resting = [its for tag, its in created.elements if its.get("name") == "theme"]
    assert len(resting) == 3
    assert all("disabled" in its for its in resting)


@pytest.mark.parametrize(
    ("path", "on", "back"),
    [
        ("/dashboard/budgets/new", None, "/dashboard/budgets/new"),
        ("/dashboard/keys/new", None, "/dashboard/keys/new"),
        # Which leads on to the settings.
        ("/settings/password", "/settings", "/settings/password"),
    ],
)
def test_a_refused_form_keeps_the_switch_which_leads_to_the_form_or_the_page_above(
    browser: Browser, path: str, on: str | None, back: str
) -> None:
    refused = browser.submit(path, on=on)
    assert refused.status in (401, 422)
    assert refused.value("next") == back
    assert choose(browser, "dark", back).location == back


def test_a_forged_form_changes_nothing(app: Flask) -> None:
    browser = newcomer(app)
    refused = browser.client.post("/theme", data={"theme": "dark"})
    assert refused.status_code == 403
    assert "tc_theme" not in refused.headers.get("Set-Cookie", "")


def test_a_cookie_of_somebody_elses_making_is_no_markup(browser: Browser) -> None:
    browser.client.set_cookie("tc_theme", quote('"><script>'))
    page = browser.open("/settings")
    assert theme_of(page) is None
    assert "<script>" not in page.html
