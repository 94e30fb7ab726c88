"""The markup of every page: accessible, within the security policy, and never a sender's."""

from collections.abc import Iterator
from urllib.parse import quote

import pytest
from flask import Flask

from tests.http_client import Team, an_event, body_of
from tests.integration.http.browsing import Browser, Page, page_of
from tests.integration.http.page_calls import CALLS


@pytest.fixture(scope="module")
def browser(file_team: Team) -> Browser:
    """The owner's, after the calls have come in."""
    assert file_team.send(*CALLS)["accepted"] == len(CALLS)
    return Browser(file_team.owner.client)


def test_what_senders_wrote_is_never_markup(team: Team) -> None:
    script = "<script>alert(1)</script>"
    fields = ("model", "project", "user", "environment", "operation", "session", "error_code")
    team.send(
        an_event(
            id="x", provider_usage={script: script}, tags={script: script}, status="error",
            **dict.fromkeys(fields, script),
        )
    )  # fmt: skip
    browser = Browser(team.owner.client)
    address = f"?user={quote(script)}&tag.{quote(script)}={quote(script)}"
    team.send(an_event(id="y", session=script))
    of_model = f"/models/anthropic/{quote(script, safe='')}"
    for path in ("", "/models", of_model, "/queries", "/queries/x"):
        page = browser.open(f"/dashboard{path}{address}")
        assert page.status == 200
        assert "<script>" not in page.html
        assert not any(name.startswith("on") or name == "style" for _, its in page.elements
                       for name in its)  # fmt: skip


@pytest.fixture
def pages(browser: Browser, app: Flask) -> Iterator[Page]:
    """Every page of the contract, and an error."""
    budget, channel = _made(browser)
    paths = (
        "/dashboard", "/dashboard/providers", "/dashboard/models", "/dashboard/queries",
        "/dashboard/models/anthropic/claude-sonnet-4-5", "/dashboard/queries?search=nothing",
        "/dashboard/queries/dear", "/dashboard/budgets", "/dashboard/budgets/new",
        f"/dashboard/budgets/{budget}", f"/dashboard/budgets/{budget}/edit", "/dashboard/alerts",
        "/dashboard/channels", "/dashboard/channels/new", f"/dashboard/channels/{channel}",
        f"/dashboard/channels/{channel}/edit",
        "/dashboard/prices?model=gpt-4o", "/dashboard/prices/unpriced", "/dashboard/prices/own",
        "/dashboard/prices/own/prices/new", "/dashboard/prices/own/discounts/new",
        "/dashboard/prices/own/aliases/new?alias=x", "/dashboard/keys", "/dashboard/keys/new",
        "/settings", "/docs", "/no/such/page",
    )  # fmt: skip
    stranger = app.test_client()
    opened = [browser.open(path) for path in paths]
    return iter([*opened, page_of(stranger.get("/login")), page_of(stranger.get("/signup"))])


def _made(browser: Browser) -> tuple[str, str]:
    """A budget that has alerted, and a channel that it alerts on."""
    hook = {"type": "webhook", "name": "Hook", "url": "https://1.1.1.1/"}
    channel = browser.client.post("/api/v1/channels", json=hook)
    budget = browser.client.post("/api/v1/budgets", json={"name": "Any", "limit_usd": "0.001"})
    return str(body_of(budget)["id"]), str(body_of(channel)["id"])


def test_every_page_has_what_readers_of_screens_need_and_nothing_the_policy_forbids(
    pages: Iterator[Page],
) -> None:
    for page in pages:
        tags = [tag for tag, _ in page.elements]
        assert ("html", {"lang": "en"}) in page.elements
        assert tags.count("main") == tags.count("h1") == 1
        assert "#main" in page.links
        labelled = {its["for"] for tag, its in page.elements if tag == "label"}
        for tag, its in page.elements:
            assert "style" not in its
            assert not any(name.startswith("on") for name in its)
            assert tag != "style"
            assert tag != "script" or its["src"].startswith("/static/")
            if tag in ("select", "textarea") or (tag == "input" and its.get("type") != "hidden"):
                assert its.get("id") in labelled or "aria-label" in its or "hidden" in its
        names = [its["id"] for _, its in page.elements if "id" in its]
        assert len(names) == len(set(names))
