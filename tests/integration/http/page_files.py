"""The files that a page leads to, and what stands in their cells."""

import csv
import io
import re
from collections.abc import Iterable

from tests.http_client import Team, body_of
from tests.integration.http.browsing import Browser, Page

_TRIGGERS = tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")


def made(team: Team, path: str, **body: object) -> str:
    """The id of something new."""
    answer = team.owner.client.post(f"/api/v1/{path}", json=body or None)
    assert answer.status_code in (201, 202), answer.text
    return str(body_of(answer)["id"])


def listed(browser: Browser, link: str) -> list[dict[str, object]]:
    """The rows of a JSON file."""
    rows: list[dict[str, object]] = body_of(browser.client.get(link))["data"]
    return rows


def linked(page: Page, path: str) -> tuple[str, str]:
    """The addresses of the files of a route, CSV first."""
    as_csv, as_json = [link for link in page.links if link.partition("?")[0] == path]
    assert "format=csv" in as_csv
    return as_csv, as_json


def files_of(page: Page) -> list[str]:
    """The addresses of all CSV files of a page."""
    return [link for link in page.links if link.endswith("format=csv")]


def rows_at(browser: Browser, link: str) -> list[dict[str, str]]:
    """The rows of a CSV file."""
    answer = browser.client.get(link)
    assert answer.mimetype == "text/csv", answer.text
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=")
    return list(csv.DictReader(io.StringIO(answer.text, newline="")))


def columns_at(browser: Browser, link: str) -> list[str]:
    """The names in the head of a CSV file."""
    return next(csv.reader(io.StringIO(browser.client.get(link).text, newline="")))


def formulas(row: dict[str, str]) -> list[str]:
    """Cells, and parts of them, that a spreadsheet takes for a formula."""
    cells = [cell for cell in [*row, *row.values()] if not _is_number(cell)]
    # The cells that begin within one where semicolons or tabs divide them.
    inner = [part for cell in cells for part in re.split(r"[;\t\r\n]", cell)[1:]]
    return [*_led_by_a_trigger(cells, ""), *_led_by_a_trigger(inner, ' "\u00a0\u2003')]


def _led_by_a_trigger(cells: Iterable[str], room: str) -> list[str]:
    return [
        cell
        for cell in cells
        if cell.startswith(("\t", "\r", "\n"))
        or (cell.lstrip(room) if room else cell.lstrip()).startswith(_TRIGGERS)
    ]


def _is_number(cell: str) -> bool:
    return cell.isascii() and cell.removeprefix("-").replace(".", "", 1).isdigit()
