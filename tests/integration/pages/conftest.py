"""What tests in a browser share: the application as it is served, a browser, pictures."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser

from tests.http_client import application
from tests.integration.database import PostgresServer, temporary_database
from tests.integration.pages.looking import chromium_browser
from tests.integration.server import served


@pytest.fixture(scope="module")
def served_database_url(postgres: PostgresServer, migrated_template: str) -> Iterator[str]:
    """A database that the tests of a file share; every test is a tenant of its own."""
    with temporary_database(postgres, migrated_template) as url:
        yield url


@pytest.fixture(scope="module")
def app_and_url(
    served_database_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Flask, str]]:
    """The application to ask directly, and where it is served."""
    log = tmp_path_factory.mktemp("served") / "server.log"
    with (
        application(served_database_url) as app,
        served(served_database_url, log) as url,
    ):
        yield app, url


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    with chromium_browser(chromium) as browser:
        yield browser


@pytest.fixture
def pictures() -> Path | None:
    """Where `SCREENSHOTS` says that pictures of all shapes go; without it none are made of them."""
    if not (wanted := os.environ.get("SCREENSHOTS")):
        return None
    folder = Path(wanted)
    folder.mkdir(parents=True, exist_ok=True)
    return folder
