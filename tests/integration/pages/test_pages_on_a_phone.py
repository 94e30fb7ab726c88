"""What only a browser tells: which of a page's parts are shown where."""

from dataclasses import dataclass

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from tests.http_client import Team, an_event, found
from tests.integration.pages.looking import a_reader

#: A phone, what is between, and a laptop, in pixels.
WIDTHS = (390, 700, 1280)


@dataclass(frozen=True, slots=True)
class Desk:
    page: Page
    team: Team


@pytest.fixture
def desk(app_and_url: tuple[Flask, str], browser: Browser) -> Desk:
    app, url = app_and_url
    team = found(app)
    return Desk(a_reader(browser, url, team.owner.session).page, team)


def test_an_alert_says_when_it_happened_on_a_phone_too_and_says_it_once(desk: Desk) -> None:
    client = desk.team.owner.client
    hook = {"name": "Finance", "type": "webhook", "url": "https://1.1.1.1/hook"}
    assert client.post("/api/v1/channels", json=hook).status_code == 201
    budget = {"name": "A budget with a long name", "limit_usd": "0.001"}
    assert client.post("/api/v1/budgets", json=budget).status_code == 201
    desk.team.send(an_event())
    desk.page.goto("/dashboard/alerts")
    for width in WIDTHS:
        desk.page.set_viewport_size({"width": width, "height": 844})
        row = desk.page.get_by_role("row").filter(has_text="reached 100%")
        whens = row.locator(".unless-wide, td:last-child")
        assert sum(each.is_visible() for each in whens.all()) == 1, width
        table = desk.page.locator(".table-scroll")
        assert table.evaluate("each => each.scrollWidth <= each.clientWidth"), width


def test_the_form_of_a_channel_has_the_field_of_the_type_that_is_chosen(desk: Desk) -> None:
    page = desk.page
    page.goto("/dashboard/channels/new")
    url, address = page.locator("#url"), page.locator("#address")
    expect(url).to_be_visible()
    expect(address).to_be_hidden()
    page.locator("#type").select_option("email")
    expect(address).to_be_visible()
    expect(url).to_be_hidden()
    page.locator("#type").select_option("slack")
    url.fill("no address")
    page.locator("#type").select_option("email")
    # Hidden, it would keep the form from being sent without a word.
    expect(url).to_be_visible()
