"""Reports as they are printed: nothing of them is left out for want of room."""

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page

from tests.http_client import an_event, found
from tests.integration.pages.looking import a_reader

#: A4, upright, within its margins.
PAPER = 688


@pytest.fixture
def paper(app_and_url: tuple[Flask, str], browser: Browser) -> Page:
    app, url = app_and_url
    team = found(app)
    team.send(an_event(id="call", latency_ms=230_000), an_event(model="claude-haiku-4-5"))
    page = a_reader(browser, url, team.owner.session).page
    page.set_viewport_size({"width": PAPER, "height": 1000})
    page.emulate_media(media="print")
    return page


def test_every_column_is_there_and_fits(paper: Page) -> None:
    for path, columns in (("models", 11), ("providers", 11), ("queries", 8)):
        paper.goto(f"/dashboard/{path}")
        heads = paper.locator("thead th:visible")
        assert heads.count() == columns, heads.all_inner_texts()
        table = paper.locator(".table")
        assert table.evaluate("table => table.scrollWidth <= table.parentElement.clientWidth")


def test_the_figures_of_a_model_leave_no_hole(paper: Page) -> None:
    paper.goto("/dashboard/models/anthropic/claude-haiku-4-5")
    rows = paper.locator(".figures > div").evaluate_all(
        "each => each.map((one) => Math.round(one.getBoundingClientRect().top))"
    )
    assert [rows.count(top) for top in sorted(set(rows))] == [4, 4]
