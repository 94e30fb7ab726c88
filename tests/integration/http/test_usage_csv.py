"""Reports as files that spreadsheets open."""

import csv
import io

import pytest

from tests.http_client import USAGE, Team, an_event
from tests.integration.http.page_files import formulas

FORMULAS = [
    "=1+1",
    "+1",
    "-1+1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    " =1",
    "   +1",
    "\u00a0=1",
    "\u2003@x",
    "\uff1d1",
    "\uff0b1",
    "\uff0d1",
    "\uff20x",
    '=HYPERLINK("http://evil","x")',
    "=cmd|' /C calc'!A0",
    "-",
    "=",
    "'=1",
    '"=1',
    "a,=1",
    "a\n=1",
    "a;=1",
    "a\t=1",
    "a\r\n=1",
    "a; +1",
    ';"=1',
    "a;;'@x",
    "a;\uff1d1",
    "a;b - c",
    "plain",
    "-5",
    "1e5",
    "\u0661",
    "",
]


def table(team: Team, **query: object) -> list[dict[str, str]]:
    answer = team.owner.client.get(USAGE, query_string={"format": "csv", **query})
    assert answer.status_code == 200
    assert answer.mimetype == "text/csv"
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=")
    return list(csv.DictReader(io.StringIO(answer.text, newline="")))


@pytest.mark.parametrize("text", FORMULAS, ids=ascii)
def test_no_spreadsheet_takes_a_text_for_a_formula(team: Team, text: str) -> None:
    tags = {"feature": text, text: "x"} if text else {}
    team.send(an_event(id="=1+1", project=text, user=text, model=text or "m", tags=tags))
    tables = [
        table(team, view="queries"),
        table(team, view="models"),
        table(team, group_by="project"),
        table(team, group_by="tag.feature"),
    ]
    for (row,) in tables:
        assert not formulas(row)
    (group,) = table(team, group_by="project")
    assert group["group"].replace("'", "") == text.replace("'", "")


def test_a_table_has_plain_numbers_under_joined_names(team: Team) -> None:
    usage = {"input": 1, "cache_write_5m": 10**5}
    team.send(an_event(usage=usage, latency_ms=3), an_event(usage=usage, latency_ms=4))
    (row,) = table(team, view="models")
    assert row["provider"] == "anthropic"
    assert row["cost_usd"] == "0.750006"
    assert row["latency_ms_mean"] == "3.5"
    assert row["latency_ms_p95"] == "4"
    assert row["tokens_cache_write_5m"] == "200000"
    # Two writes of a hundred thousand tokens, at $3.75 a million where input is $3.
    assert row["cache_savings_usd"] == "-0.15"
    assert row["share"] == "1"


def test_a_table_holds_the_same_as_json(busy: Team, span: dict[str, str]) -> None:
    for query in ({"view": "providers"}, {"group_by": "project"}, {"view": "queries"}, {}):
        rows = table(busy, **span, **query)
        report = busy.usage(**span, **query)
        data = report.get("data") or report["series"]
        assert len(rows) == len(data)
        assert [row["cost_usd"] for row in rows] == [each["cost_usd"] or "" for each in data]
        if "error_rate" in rows[0]:
            rates = [float(row["error_rate"]) for row in rows]
            assert rates == [each["error_rate"] for each in data]


@pytest.mark.parametrize(
    "query", [{"view": "providers"}, {"view": "models"}, {"view": "queries"}, {"group_by": "user"}]
)
def test_a_table_without_rows_still_names_its_columns(team: Team, query: dict[str, str]) -> None:
    answer = team.owner.client.get(USAGE, query_string={"format": "csv", **query})
    (header,) = csv.reader(io.StringIO(answer.text, newline=""))
    assert "cost_usd" in header
    assert header[0] in ("provider", "group", "id")


def test_a_file_of_calls_names_the_next_part_until_all_are_there(team: Team) -> None:
    ids = {f"call {number}" for number in range(5)}
    team.send(*(an_event(id=each) for each in sorted(ids)))
    address: str | None = f"{USAGE}?view=queries&format=csv&limit=2"
    found: list[str] = []
    while address:
        answer = team.owner.client.get(address)
        found += [row["id"] for row in csv.DictReader(io.StringIO(answer.text, newline=""))]
        link = answer.headers.get("Link", "")
        address = link.removeprefix("<").partition(">")[0] or None
    assert sorted(found) == sorted(ids)
