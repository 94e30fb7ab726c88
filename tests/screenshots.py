"""``make screenshots``: the README's picture of the demo and, if asked, one of every page."""

import argparse
import sys
import tempfile
from pathlib import Path

from adapters.sql.migrations import upgrade
from entrypoints.container import Container
from entrypoints.http.app import create_app
from tests.http_client import settings_on
from tests.integration.browser import chromium_path
from tests.integration.database import postgres_server, temporary_database
from tests.integration.pages.furnished import demo_team
from tests.integration.pages.looking import HEIGHT, LAPTOP, a_reader, chromium_browser
from tests.integration.pages.walk import walk
from tests.integration.server import ROOT, served

PICTURE = ROOT / "docs" / "images" / "dashboard.png"
#: The month that is shown, and the one that it is compared with.
_DAYS = 60


def take(picture: Path, pages: Path | None, scratch: Path) -> list[str]:
    """Of a new demo, the same but for its dates; what was wrong with the pages."""
    with postgres_server(scratch) as server, temporary_database(server) as database_url:
        upgrade(database_url)
        container = Container(settings=settings_on(database_url))
        team = demo_team(container, create_app(container), _DAYS)
        with (
            served(database_url, scratch / "server.log") as url,
            chromium_browser(chromium_path()) as browser,
        ):
            page = a_reader(browser, url, team.owner.session).page
            page.emulate_media(color_scheme="light")
            page.set_viewport_size({"width": LAPTOP, "height": HEIGHT})
            page.goto("/dashboard")
            page.screenshot(path=picture)
            findings = walk(browser, url, team, pages) if pages else []
        container.engine().dispose()
    return findings


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--picture", type=Path, default=PICTURE)
    parser.add_argument("--pages", type=Path, help="a folder for pictures of every page")
    asked = parser.parse_args()
    if asked.pages:
        asked.pages.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        findings = take(asked.picture, asked.pages, Path(scratch))
    sys.stdout.write("".join(f"{finding}\n" for finding in findings))
    return int(bool(findings))


if __name__ == "__main__":
    raise SystemExit(main())
