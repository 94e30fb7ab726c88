"""Every page stays whole, whatever there is to show: nothing, much, or names of any kind."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from dependency_injector import providers
from flask import Flask
from playwright.sync_api import Browser

from adapters.memory.clock import ManualClock
from entrypoints.container import Container
from entrypoints.http.app import create_app
from tests.http_client import found, settings_on
from tests.integration.pages.household import Household, name_things, send
from tests.integration.pages.look_around import look_around
from tests.integration.pages.looking import a_reader
from tests.integration.pages.shapes import SHAPES, Shape


@pytest.fixture(scope="module")
def clock() -> ManualClock:
    return ManualClock(datetime.now(UTC))


@pytest.fixture(scope="module")
def past_app(served_database_url: str, clock: ManualClock) -> Iterator[Flask]:
    """The application at the time of a clock, which lets old calls in."""
    container = Container(settings=settings_on(served_database_url))
    container.clock.override(providers.Object(clock))
    yield create_app(container)
    container.engine().dispose()


@pytest.fixture(params=SHAPES, ids=[shape.name for shape in SHAPES])
def household(
    request: pytest.FixtureRequest, past_app: Flask, clock: ManualClock,
    app_and_url: tuple[Flask, str], browser: Browser, pictures: Path | None,
) -> Household:  # fmt: skip
    shape: Shape = request.param
    team = found(past_app, shape.names[0][:100] if shape.names else "Acme")
    now = clock.now()
    budget = name_things(team, shape)
    send(team, shape.calls(now), clock)
    reader = a_reader(browser, app_and_url[1], team.owner.session, pictures)
    return Household(shape, team, reader, now, budget)


@pytest.mark.timeout(600)
def test_every_page_stays_whole(household: Household) -> None:
    findings = look_around(household)
    assert findings == [], "\n".join(findings)
