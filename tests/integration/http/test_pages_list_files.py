"""The files of lists: what the page shows, nobody else's, no secrets and no formulas."""

import json
import re

import pytest
from flask import Flask

from domain.budget_scope import SCOPE_DIMENSIONS
from tests.http_client import Team, ago, an_event, bearer, found, problem_of, sign_up
from tests.integration.http.browsing import Browser
from tests.integration.http.page_files import (
    columns_at,
    files_of,
    formulas,
    linked,
    listed,
    made,
    rows_at,
)
from tests.integration.pages.addresses import Visitor, addresses
from tests.integration.pages.furnished import furnish

FORMULAS = ["=cmd|'/C calc'!A0", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "a;=1", "\uff1d1", "<b>\"'"]
SCOPE = [f"scope_{name}" for name in (*SCOPE_DIMENSIONS, "tags")]
#: Tables whose files stand below them all, or below the other one of their kind.
SHARED = ("price-", "here-title", "sender-title", "computed-title")
SECRET = re.compile(r"tc_live_\w{20}|whsec_|[?&]token=|/invitations/")


@pytest.fixture
def owner(team: Team) -> Browser:
    return Browser(team.owner.client)


def test_keys_are_a_file_without_their_secrets(team: Team, owner: Browser) -> None:
    key, secret = team.new_key("ingest", "read", name="Ci", expires_at="2099-01-01T00:00:00Z")
    page = owner.open("/dashboard/keys")
    as_csv, as_json = linked(page, "/api/v1/keys")
    rows = rows_at(owner, as_csv)
    assert [row["id"] for row in rows] == [key, team.key_id]
    assert [row["id"] for row in rows] == [each["id"] for each in listed(owner, as_json)]
    newest = rows[0]
    assert json.loads(newest["scopes"]) == ["ingest", "read"]
    assert (newest["expires_at"], newest["last_used_at"]) == ("2099-01-01T00:00:00.000Z", "")
    assert f"{newest['prefix']}…{newest['last_four']}" in page.text
    assert secret not in owner.client.get(as_csv).text


def test_lists_of_many_are_files_from_the_page_that_is_shown_on(team: Team, owner: Browser) -> None:
    for number in range(55):
        made(team, "budgets", name=f"b{number:02}", limit_usd="9")
    first = owner.open("/dashboard/budgets")
    assert "From here on, up to 500 rows:" in first.text
    (more,) = [link for link in first.links if "after=" in link]
    second = owner.open(more)
    assert "From here on" not in second.text
    found_rows = [rows_at(owner, linked(page, "/api/v1/budgets")[0]) for page in (first, second)]
    assert [len(rows) for rows in found_rows] == [55, 5]
    assert [row["name"] for row in found_rows[1]] == [f"b{number}" for number in range(50, 55)]


def test_a_part_of_a_list_names_the_next_one(team: Team, owner: Browser) -> None:
    for name in ("One", "Two"):
        team.new_key("read", name=name)
    first = owner.client.get("/api/v1/keys?limit=2&format=csv")
    following = first.headers["Link"].removeprefix("<").partition(">")[0]
    assert [row["id"] for row in rows_at(owner, following)] == [team.key_id]


def test_the_columns_of_budgets_do_not_depend_on_what_they_count(
    team: Team, owner: Browser
) -> None:
    empty = columns_at(owner, "/api/v1/budgets?format=csv")
    made(team, "budgets", name="All", limit_usd="9")
    made(
        team, "budgets", name="Some", limit_usd="8", unpriced={"estimate_usd": "0.5"},
        scope={"project": "shop", "tags": {"team": "x;=1"}}, thresholds=[90],
        forecast_thresholds=[], channel_ids=[],
    )  # fmt: skip
    as_csv, as_json = linked(owner.open("/dashboard/budgets"), "/api/v1/budgets")
    assert columns_at(owner, as_csv) == empty
    every, some = rows_at(owner, as_csv)
    scope = {name: cell for name, cell in every.items() if name.startswith("scope_")}
    assert scope == dict.fromkeys(SCOPE, "")
    assert (every["unpriced"], every["unpriced_estimate_usd"]) == ("block", "")
    # All channels, and none.
    assert (every["channel_ids"], some["channel_ids"]) == ("", "[]")
    assert some["scope_project"] == "shop"
    assert some["scope_tags"] == """{"team": "x;'=1"}"""
    assert (some["unpriced"], some["unpriced_estimate_usd"]) == ("estimate", "0.5")
    assert (some["thresholds"], some["forecast_thresholds"]) == ("[90]", "[]")
    status = listed(owner, as_json)[1]["status"]
    assert isinstance(status, dict)
    assert some["status_spent_usd"] == status["spent_usd"] == "0"
    assert some["status_forecast_usd"] == (status["forecast_usd"] or "")
    assert some["status_state"] == "ok"


def test_members_and_invitations_are_one_file(team: Team, owner: Browser) -> None:
    token = team.invite("zoe@example.com", "admin")
    sign_up(team.app, "-1+1@example.com", invitation=team.invite("-1+1@example.com"), name="=Ada")
    page = owner.open("/settings")
    as_csv, as_json = linked(page, "/api/v1/members")
    rows = rows_at(owner, as_csv)
    assert [row["status"] for row in rows] == ["active", "active", "invited"]
    assert (rows[0]["email"], rows[0]["name"]) == ("'-1+1@example.com", "'=Ada")
    assert (rows[2]["email"], rows[2]["joined_at"], rows[2]["role"]) == (
        "zoe@example.com", "", "admin",
    )  # fmt: skip
    assert [row["id"] for row in rows] == [each["id"] for each in listed(owner, as_json)]
    assert token not in owner.client.get(as_csv).text


def test_a_channel_and_its_history_are_files_without_its_secret(team: Team, owner: Browser) -> None:
    channel = made(team, "channels", name="@ops", type="webhook", url="https://1.1.1.1/hook")
    hook = "https://hooks.slack.com/services/T00000000/B00000000/verysecret"
    slack = made(team, "channels", name="Slack", type="slack", url=hook)
    made(team, f"channels/{channel}/test")
    rows = rows_at(owner, linked(owner.open("/dashboard/channels"), "/api/v1/channels")[0])
    assert [(row["id"], row["name"]) for row in rows] == [(channel, "'@ops"), (slack, "Slack")]
    assert (rows[0]["url"], rows[0]["address"]) == ("https://1.1.1.1/hook", "")
    assert "verysecret" not in rows[1]["url"]
    page = owner.open(f"/dashboard/channels/{channel}")
    as_csv, as_json = linked(page, f"/api/v1/channels/{channel}/deliveries")
    (sent,) = rows_at(owner, as_csv)
    assert sent["id"] in page.text
    assert (sent["state"], sent["attempts"], sent["alert_id"]) == ("pending", "0", "")
    assert [sent["id"]] == [each["id"] for each in listed(owner, as_json)]


def test_a_budgets_alerts_and_versions_are_files_of_this_budget(team: Team, owner: Browser) -> None:
    budget = made(team, "budgets", name="=One", limit_usd="0.002", scope={"project": "p"})
    made(team, "budgets", name="Other", limit_usd="0.001")
    change = {"limit_usd": "0.001", "scope": {"project": "p", "tags": {"=t": "v"}}}
    assert owner.client.patch(f"/api/v1/budgets/{budget}", json=change).status_code == 200
    team.send(an_event(project="p", tags={"=t": "v"}), an_event(project="other"))
    page = owner.open(f"/dashboard/budgets/{budget}")
    alerts = rows_at(owner, linked(page, "/api/v1/alerts")[0])
    assert {row["budget_name"] for row in alerts} == {"'=One"}
    shown = re.findall(r">(?:reached|forecast) (\d+)%<", page.html)
    assert [row["threshold"] for row in alerts] == shown
    assert shown
    as_csv, as_json = linked(page, f"/api/v1/budgets/{budget}/versions")
    versions = rows_at(owner, as_csv)
    assert [(row["version"], row["limit_usd"]) for row in versions] == [
        ("2", "0.001"),
        ("1", "0.002"),
    ]
    assert [row["scope_tags"] for row in versions] == ['{"=t": "v"}', ""]
    assert {row["author"] for row in versions} == {team.owner.email}
    assert [each["version"] for each in listed(owner, as_json)] == [2, 1]


def test_what_drives_a_budget_is_a_file_of_what_it_counts(team: Team, owner: Browser) -> None:
    scope = {"environment": "live", "tags": {"team": "a"}}
    budget = made(team, "budgets", name="One", limit_usd="9", scope=scope, timezone="Asia/Tokyo")
    fields = {"environment": "live", "tags": {"team": "a"}, "timestamp": ago()}
    team.send(
        an_event(**fields, project="shop"),
        an_event(**fields, project="shop", model="claude-haiku-4-5"),
        an_event(**fields | {"tags": {"team": "b"}}, project="elsewhere"),
        an_event(project="nowhere", timestamp=ago()),
    )
    page = owner.open(f"/dashboard/budgets/{budget}")
    files = [link for link in files_of(page) if "/api/v1/usage" in link]
    by = {
        next(name for name in ("project", "view=models", "api_key") if name in link): link
        for link in files
    }
    assert [row["group"] for row in rows_at(owner, by["project"])] == ["shop"]
    assert [row["model"] for row in rows_at(owner, by["view=models"])] == [
        "claude-sonnet-4-5", "claude-haiku-4-5",
    ]  # fmt: skip
    assert [row["group"] for row in rows_at(owner, by["api_key"])] == [team.key_id]


def test_versions_are_of_ones_own_budgets_and_not_for_keys(app: Flask, team: Team) -> None:
    path = f"/api/v1/budgets/{made(found(app, 'Other'), 'budgets', name='x', limit_usd='9')}"
    assert problem_of(team.owner.client.get(f"{path}/versions?format=csv"), 404)
    own = f"/api/v1/budgets/{made(team, 'budgets', name='x', limit_usd='9')}"
    _, key = team.new_key("read")
    client = app.test_client()
    assert client.get(f"{own}/periods?format=csv", headers=bearer(key)).status_code == 200
    assert problem_of(client.get(f"{own}/versions?format=csv", headers=bearer(key)), 401)


def test_files_are_for_those_who_may_read_the_list(team: Team) -> None:
    member = team.hire("member").client
    for path in ("channels", "prices/own", "discounts", "aliases", "repricings"):
        assert problem_of(member.get(f"/api/v1/{path}?format=csv"), 403), path
    for path in ("keys", "members", "budgets", "alerts", "prices?model=gpt-4o&"):
        joint = "" if path.endswith("&") else "?"
        assert member.get(f"/api/v1/{path}{joint}format=csv").status_code == 200, path


@pytest.mark.parametrize("name", FORMULAS, ids=ascii)
def test_no_file_of_a_page_has_a_formula_or_a_secret(
    app: Flask, team: Team, owner: Browser, name: str
) -> None:
    furnish(found(app, "Canary"), "canary")
    seen = set()
    for page in addresses(furnish(team, name)):
        if page.visitor is not Visitor.OWNER:
            continue
        for link in files_of(owner.open(page.path)):
            text = owner.client.get(link).text
            seen.add(link.partition("?")[0])
            rows = rows_at(owner, link)
            assert [formulas(row) for row in rows] == [[] for _ in rows], (page.path, link)
            assert "canary" not in text, link
            assert not SECRET.search(text), link
    assert len(seen) > 12


def test_each_table_of_a_page_has_its_files(team: Team, owner: Browser) -> None:
    """All but a form's preview, and those whose files stand together below them."""
    things = furnish(team)
    paths = [page.path for page in addresses(things) if page.visitor is Visitor.OWNER]
    without = []
    tables = 0
    for path in [*paths, "/dashboard/prices?model=gpt-4o"]:
        page = owner.open(path)
        for section in re.split(r"(?=<section )", page.html.partition("<main")[2])[1:]:
            name = (re.search(r'aria-label(?:ledby)?="([^"]*)"', section) or ["", ""])[1]
            if '<table class="table' not in section and 'class="log"' not in section:
                continue
            tables += 1
            if 'class="export"' not in section and not name.startswith(SHARED):
                without.append((path, name))
        if "<table" in page.html:
            assert 'class="export"' in page.html, path
    assert tables > 20
    assert without == []
