"""What a first visit loads, and that later ones load nothing of it again."""

import gzip
import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from werkzeug.test import TestResponse

from tests.http_client import Team, an_event
from tests.integration.http.browsing import Browser, Page

#: With fonts and pictures, if there were any.
MOST_BYTES = 350_000
DECISION = Path(__file__).parents[3] / "docs" / "decisions" / "dashboard.md"
FOREVER = "public, max-age=31536000, immutable"


@pytest.fixture
def overview(team: Team) -> Page:
    team.send(an_event())
    return Browser(team.owner.client).open("/dashboard")


def assets_of(page: Page) -> list[str]:
    """The addresses of all that a browser loads with a page."""
    names = {"link": "href", "script": "src", "img": "src", "use": "href"}
    found = [its[names[tag]] for tag, its in page.elements if names.get(tag) in its]
    return sorted({each for each in found if not each.startswith("#")})


def load(team: Team, address: str, **headers: str) -> TestResponse:
    # Buffered, so that the file is closed again.
    return team.app.test_client().get(address, headers=headers, buffered=True)


def test_a_first_visit_loads_little_and_the_documents_say_how_much(
    team: Team, overview: Page
) -> None:
    bodies = [load(team, address).data for address in assets_of(overview)]
    assert len(bodies) >= 10
    size = sum(len(gzip.compress(body, 9)) for body in bodies)
    assert size <= MOST_BYTES
    said = re.search(r"([\d.]+) KB compressed, ([\d.]+) KB as they are", DECISION.read_text())
    assert said is not None
    plain = sum(map(len, bodies))
    print(f"{size / 1000:.1f} KB compressed, {plain / 1000:.1f} KB as they are")
    assert [float(figure) * 1000 for figure in said.groups()] == pytest.approx(
        [size, plain], rel=0.1
    )


def test_assets_load_nothing_more(team: Team, overview: Page) -> None:
    assert all(urlsplit(address).netloc == "" for address in assets_of(overview))
    for address in assets_of(overview):
        text = load(team, address).text
        assert not re.search(r"url\(|@import|\bimport\b\s*[{(\"']", text), address


def test_a_later_visit_need_not_ask_for_any_asset(team: Team, overview: Page) -> None:
    for address in assets_of(overview):
        assert load(team, address).headers["Cache-Control"] == FOREVER, address


@pytest.mark.parametrize("address", ["/static/css/base.css", "/static/css/base.css?v=000000000000"])
def test_under_another_name_an_asset_is_asked_for_again(team: Team, address: str) -> None:
    answer = load(team, address)
    assert "immutable" not in answer.headers["Cache-Control"]
    again = load(team, address, If_None_Match=answer.headers["ETag"])
    assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize("name", ["nothing.css", "../app.py", "css/"])
def test_what_is_no_asset_is_not_found(team: Team, name: str) -> None:
    answer = load(team, f"/static/{name}?v=000000000000")
    assert answer.status_code == 404
    assert "immutable" not in answer.headers.get("Cache-Control", "")
