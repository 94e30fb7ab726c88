"""Panels, for who has no mouse; and what is chosen, for who has the system's colours."""

import re

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from tests.http_client import an_event, found
from tests.integration.pages.looking import a_reader


@pytest.fixture
def page(app_and_url: tuple[Flask, str], browser: Browser) -> Page:
    app, url = app_and_url
    team = found(app)
    team.send(an_event())
    return a_reader(browser, url, team.owner.session).page


def test_escape_closes_a_panel_and_leads_back_to_what_opened_it(page: Page) -> None:
    page.goto("/dashboard/queries")
    for name, field in (("Filter", "Value"), ("UTC", "First day")):
        summary = page.locator("summary").filter(has_text=name)
        summary.click()
        page.get_by_label(field, exact=True).focus()
        page.keyboard.press("Escape")
        expect(page.get_by_label(field, exact=True)).to_be_hidden()
        expect(summary).to_be_focused()


def test_a_filter_is_added_by_the_keyboard_alone(page: Page) -> None:
    page.goto("/dashboard?tz=UTC&days=7&compare=off")
    page.locator("summary").filter(has_text="Filter").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("Model")
    page.keyboard.press("Tab")
    page.keyboard.type("nothing")
    page.keyboard.press("Enter")
    expect(page.locator(".chip")).to_have_text(re.compile("model nothing"))
    assert page.url.endswith("/dashboard?tz=UTC&days=7&compare=off&model=nothing")


def test_only_values_of_what_is_chosen_are_suggested(page: Page) -> None:
    page.goto("/dashboard/queries")
    page.locator("summary").filter(has_text="Filter").click()
    by, fields = page.get_by_label("Filter by"), page.locator(".add-filter .field:visible label")
    options = page.locator("#filter-values option:enabled")
    expect(options).to_have_count(1)
    for chosen, suggested, shown in (
        ("model", ["claude-sonnet-4-5"], ["Filter by", "Value"]),
        ("provider", ["anthropic"], ["Filter by", "Value"]),
        ("tag.", [], ["Filter by", "Name of the tag", "Value"]),
        ("status", [], ["Filter by", "Status"]),
        ("api_key", [], ["Filter by", "API key"]),
    ):
        by.select_option(chosen)
        values = options.evaluate_all("each => each.map((one) => one.value)")
        assert (values, fields.all_inner_texts()) == (suggested, shown)


def test_what_is_chosen_is_framed_where_the_system_chooses_the_colours(page: Page) -> None:
    page.goto("/dashboard")
    width = "each => each.map((one) => getComputedStyle(one).outlineWidth)"
    chosen = page.locator("[aria-current], [aria-pressed=true]")
    assert set(chosen.evaluate_all(width)) != {"2px"}
    page.emulate_media(forced_colors="active")
    assert set(chosen.evaluate_all(width)) == {"2px"}
    colour = "one => getComputedStyle(one).backgroundColor"
    swatch, paper = (page.locator(name).first for name in (".legend .swatch", "body"))
    assert swatch.evaluate(colour) != paper.evaluate(colour)
