"""Pages that come before their figures, in a browser: how they look, and that figures follow."""

from pathlib import Path

import psycopg
import pytest
from flask import Flask
from playwright.sync_api import Browser, expect

from entrypoints.container import Container
from tests.http_client import Team, ago, an_event, found, settings_on
from tests.integration.artefacts import artefact_folder
from tests.integration.pages.addresses import Address
from tests.integration.pages.looking import a_reader

FILTERS = "tag.team=legal&project=shop"
#: Each with another head, which is all there is of it.
INTERIM = (
    Address("an overview is added up", f"/dashboard?{FILTERS}"),
    Address("providers are added up", f"/dashboard/providers?{FILTERS}"),
    Address("a model is added up", f"/dashboard/models/openai/gpt-4o?{FILTERS}"),
    Address("calls are looked through", "/dashboard/queries?sort=cost&tag.team=none"),
)
WHOLE = "**/*at_once=1"


@pytest.fixture(scope="module")
def team(app_and_url: tuple[Flask, str], served_database_url: str) -> Team:
    """Of two calls, whose sums say that there were a million of each."""
    team = found(app_and_url[0])
    for days in (1, 2):
        call = an_event(provider="openai", model="gpt-4o", project="shop", tags={"team": "legal"})
        team.send(call | {"timestamp": ago(days=days)})
    _add_up(served_database_url)
    with psycopg.connect(served_database_url) as connection:
        connection.execute(
            "UPDATE usage_rollups SET calls = calls * 1000000"
            " WHERE organization_id = %s AND breakdown = 'total'",
            [team.organization["id"]],
        )
    return team


def _add_up(database_url: str) -> None:
    container = Container(settings=settings_on(database_url))
    while container.add_waiting_calls()():
        pass
    container.engine().dispose()


# Chromium takes its time where every core is busy with other tests.
@pytest.mark.timeout(600)
def test_a_page_before_its_figures_is_sound_in_both_schemes_and_at_every_width(
    app_and_url: tuple[Flask, str], browser: Browser, team: Team, tmp_path: Path
) -> None:
    reader = a_reader(browser, app_and_url[1], team.owner.session, artefact_folder(tmp_path))
    # An answer without content keeps a browser where it is.
    reader.page.route(WHOLE, lambda route: route.fulfill(status=204))
    for address in INTERIM:
        reader.visit(address)
        expect(reader.page.get_by_role("heading", level=2)).to_contain_text("2,000,000 calls")
    assert reader.findings == [], "\n".join(reader.findings)


@pytest.mark.parametrize("scripts", [True, False])
def test_figures_follow_by_themselves_with_and_without_scripts(
    app_and_url: tuple[Flask, str], browser: Browser, team: Team, *, scripts: bool
) -> None:
    url = app_and_url[1]
    context = browser.new_context(base_url=url, java_script_enabled=scripts, timezone_id="UTC")
    context.add_cookies([{"name": "tc_session", "value": team.owner.session, "url": url}])
    page = context.new_page()
    page.goto("/dashboard/models")
    page.goto(f"/dashboard?{FILTERS}")
    page.wait_for_url(WHOLE)
    expect(page.locator(".hero-amount")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("Models")


def test_whoever_is_not_led_on_finds_a_link(
    app_and_url: tuple[Flask, str], browser: Browser, team: Team
) -> None:
    page = a_reader(browser, app_and_url[1], team.owner.session).page
    page.route(WHOLE, lambda route: route.fulfill(status=204))
    page.goto(f"/dashboard?{FILTERS}")
    link = page.get_by_role("status").get_by_role("link", name="show it")
    expect(link).to_be_visible()
    page.unroute(WHOLE)
    link.click()
    expect(page.locator(".hero-amount")).to_be_visible()
    assert "at_once" not in page.content()
