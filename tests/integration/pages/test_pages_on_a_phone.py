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


def test_a_delivery_says_how_it_went_and_when_on_a_phone_too(desk: Desk) -> None:
    client = desk.team.owner.client
    hook = {"name": "Finance", "type": "webhook", "url": "https://1.1.1.1/hook"}
    answer = client.post("/api/v1/channels", json=hook)
    assert answer.json is not None
    channel = answer.json["id"]
    assert client.post(f"/api/v1/channels/{channel}/test").status_code == 202
    desk.page.goto(f"/dashboard/channels/{channel}")
    for width in (360, *WIDTHS):
        desk.page.set_viewport_size({"width": width, "height": 844})
        row = desk.page.get_by_role("row").filter(has_text="A test")
        told = row.locator(".unless-wide" if width <= 700 else "td.wide")
        assert told.count() > 0
        assert all(each.is_visible() for each in told.all()), width
        expect(row.get_by_text("0 attempts")).to_be_visible(visible=width <= 700)
        table = desk.page.locator(".table-scroll")
        assert table.evaluate("each => each.scrollWidth <= each.clientWidth"), width


def test_the_periods_of_a_budget_keep_their_distance_from_the_edge_of_their_card(
    desk: Desk,
) -> None:
    budget = {"name": "All of it", "limit_usd": "1234.56", "period": "week"}
    made = desk.team.owner.client.post("/api/v1/budgets", json=budget)
    assert made.json is not None
    desk.team.send(an_event(), an_event())
    desk.page.goto(f"/dashboard/budgets/{made.json['id']}")
    for width in (360, *WIDTHS):
        desk.page.set_viewport_size({"width": width, "height": 844})
        region = desk.page.get_by_role("region", name="Spend by period")
        assert region.evaluate("each => each.scrollWidth <= each.clientWidth"), width
        beyond = region.evaluate(
            """each => {
                const last = each.querySelector("tbody td:last-child");
                const style = getComputedStyle(last);
                const inner = last.getBoundingClientRect().right - parseFloat(style.paddingRight);
                return [...last.querySelectorAll("*")].map(
                    part => part.getBoundingClientRect().right - inner);
            }"""
        )
        assert max(beyond) < 1, (width, beyond)


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
