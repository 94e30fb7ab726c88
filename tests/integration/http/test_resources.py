"""What an organization consists of, as the API shows it: its keys, people and budgets."""

import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.http_client import (
    APP_URL,
    PASSWORD,
    Team,
    ago,
    an_event,
    bearer,
    body_of,
    new_email,
    problem_of,
    sign_up,
)

UUID7 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z")
SECRET = re.compile(r"tc_live_[0-9A-Za-z]{36}")
KEY_FIELDS = {
    "id", "name", "prefix", "last_four", "scopes", "created_at", "last_used_at", "expires_at",
    "revoked_at",
}  # fmt: skip


def walk(client: FlaskClient, path: str, limit: int) -> list[dict[str, Any]]:
    """All rows of a list, page by page."""
    rows: list[dict[str, Any]] = []
    query: dict[str, Any] = {"limit": limit}
    while True:
        page = body_of(client.get(path, query_string=query))
        assert set(page) == {"data", "next_cursor"}
        assert len(page["data"]) <= limit
        rows += page["data"]
        if page["next_cursor"] is None:
            return rows
        query["cursor"] = page["next_cursor"]


def test_onboarding_gives_an_organization_its_owner_and_a_key_that_ingests(app: Flask) -> None:
    ada = sign_up(app, name="Ada")
    answer = ada.client.post("/api/v1/onboard", json={"organization_name": " Acme, Inc. "})
    onboarded = body_of(answer)
    assert answer.status_code == 201
    assert set(onboarded) == {"organization", "role", "api_key"}
    assert set(onboarded["organization"]) == {"id", "name", "slug"}
    assert onboarded["organization"]["name"] == "Acme, Inc."
    assert re.fullmatch(r"acme-inc(-\d+)?", onboarded["organization"]["slug"])
    assert UUID7.fullmatch(onboarded["organization"]["id"])
    assert onboarded["role"] == "owner"
    key = onboarded["api_key"]
    assert set(key) == KEY_FIELDS | {"secret"}
    assert SECRET.fullmatch(key["secret"])
    assert (key["prefix"], key["last_four"]) == ("tc_live_", key["secret"][-4:])
    assert key["scopes"] == ["ingest"]
    me = body_of(ada.client.get("/api/auth/me"))
    assert me["organization"] == onboarded["organization"]
    assert (me["role"], me["user"]["name"]) == ("owner", "Ada")


def test_nobody_is_onboarded_twice(team: Team) -> None:
    answer = team.owner.client.post("/api/v1/onboard", json={"organization_name": "Two"})
    assert problem_of(answer, 409)["code"] == "already_onboarded"


def test_the_secret_of_a_key_is_shown_once(team: Team) -> None:
    body = {"name": "Reader", "scopes": ["read", "ingest"], "expires_at": ago(days=-10)}
    answer = team.owner.client.post("/api/v1/keys", json=body)
    created = body_of(answer)
    assert answer.status_code == 201
    assert SECRET.fullmatch(created["secret"])
    listed = team.owner.client.get("/api/v1/keys")
    assert created["secret"] not in listed.text
    newest, default = body_of(listed)["data"]
    assert newest == {name: created[name] for name in KEY_FIELDS}
    assert newest["scopes"] == ["ingest", "read"]
    assert TIME.fullmatch(newest["expires_at"])
    assert default["id"] == team.key_id


def test_a_list_of_keys_tells_when_one_was_used_and_revoked(team: Team) -> None:
    key_id, secret = team.new_key("read")
    path = "/api/v1/usage"
    assert team.app.test_client().get(path, headers=bearer(secret)).status_code == 200
    assert team.owner.client.delete(f"/api/v1/keys/{key_id}").status_code == 204
    (key,) = [
        each
        for each in body_of(team.owner.client.get("/api/v1/keys"))["data"]
        if each["id"] == key_id
    ]
    assert TIME.fullmatch(key["last_used_at"])
    assert TIME.fullmatch(key["revoked_at"])
    again = team.owner.client.delete(f"/api/v1/keys/{key_id}")
    assert again.status_code == 204


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"name": ""}, "/name"),
        ({"name": "   "}, "/name"),
        ({"name": "x" * 101}, "/name"),
        ({"name": "two\nlines"}, "/name"),
        ({"scopes": []}, "/scopes"),
        ({"scopes": ["admin"]}, "/scopes/0"),
        ({"scopes": "read"}, "/scopes"),
        ({"expires_at": "2001-01-01T00:00:00Z"}, "/expires_at"),
        ({"expires_at": "2300-01-01T00:00:00Z"}, "/expires_at"),
        ({"expires_at": "2027-01-01"}, "/expires_at"),
    ],
    ids=repr,
)
def test_a_key_that_makes_no_sense_is_refused(
    team: Team, fields: dict[str, Any], pointer: str
) -> None:
    answer = team.owner.client.post("/api/v1/keys", json={"name": "Key", **fields})
    assert problem_of(answer, 422)["errors"][0]["pointer"] == pointer


@pytest.mark.parametrize("limit", [1, 2, 5, 500])
def test_lists_are_walked_without_a_gap(team: Team, limit: int) -> None:
    asked = team.owner.client
    keys = [team.new_key("read")[0] for _ in range(5)]
    assert [key["id"] for key in walk(asked, "/api/v1/keys", limit)] == [*keys[::-1], team.key_id]
    made = [
        body_of(asked.post("/api/v1/budgets", json={"name": f"B{number}", "limit_usd": 1}))["id"]
        for number in range(5)
    ]
    assert [each["id"] for each in walk(asked, "/api/v1/budgets", limit)] == made
    invited = sorted([team.owner.email, *[new_email() for _ in range(4)]])
    for email in invited:
        if email != team.owner.email:
            team.invite(email)
    assert [each["email"] for each in walk(asked, "/api/v1/members", limit)] == invited


def test_an_invited_person_signs_up_and_is_a_member(app: Flask, team: Team) -> None:
    email = new_email()
    answer = team.owner.client.post("/api/v1/members", json={"email": email, "role": "admin"})
    invited = body_of(answer)
    assert answer.status_code == 201
    assert invited["invitation_url"].startswith(f"{APP_URL}/invitations/")
    assert (invited["status"], invited["role"]) == ("invited", "admin")
    token = invited["invitation_url"].rpartition("/")[2]
    grace = sign_up(app, email, invitation=token)
    me = body_of(grace.client.get("/api/auth/me"))
    assert (me["organization"]["id"], me["role"]) == (team.organization["id"], "admin")
    rows = body_of(team.owner.client.get("/api/v1/members"))["data"]
    assert {(row["email"], row["role"], row["status"]) for row in rows} == {
        (team.owner.email, "owner", "active"),
        (email, "admin", "active"),
    }


def test_a_user_accepts_an_invitation_once(app: Flask, team: Team) -> None:
    grace = sign_up(app)
    body = {"token": team.invite(grace.email)}
    accepted = grace.client.post("/api/v1/invitations/accept", json=body)
    assert body_of(accepted) == {"organization_id": team.organization["id"], "role": "member"}
    again = grace.client.post("/api/v1/invitations/accept", json=body)
    assert problem_of(again, again.status_code)["code"] in ("not_found", "already_onboarded")


def test_an_invitation_is_only_for_the_address_that_it_names(app: Flask, team: Team) -> None:
    token = team.invite(new_email())
    body = {"email": new_email(), "password": PASSWORD, "invitation": token}
    answer = app.test_client().post("/api/auth/signup", json=body)
    assert problem_of(answer, 403)["code"] == "invitation_for_another"


def test_a_withdrawn_or_replaced_invitation_is_none(app: Flask, team: Team) -> None:
    email = new_email()
    first, second = team.invite(email), team.invite(email)
    assert team.owner.client.delete(f"/api/v1/members?email={email}").status_code == 204
    for token in (first, second):
        body = {"email": email, "password": PASSWORD, "invitation": token}
        assert problem_of(app.test_client().post("/api/auth/signup", json=body), 404)


def test_the_link_leads_to_the_address_that_was_set_whatever_the_request_says(team: Team) -> None:
    for headers in (
        {"Host": "evil.example"},
        {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https"},
        {"Forwarded": "host=evil.example"},
    ):
        answer = team.owner.client.post(
            "/api/v1/members", json={"email": new_email(), "role": "member"}, headers=headers
        )
        if answer.status_code == 201:
            assert body_of(answer)["invitation_url"].startswith(f"{APP_URL}/invitations/")
        else:
            # Another host has no cookie of ours.
            assert answer.status_code == 401


def test_who_is_a_member_is_not_invited_again(team: Team) -> None:
    body = {"email": team.owner.email.upper(), "role": "member"}
    answer = team.owner.client.post("/api/v1/members", json=body)
    assert problem_of(answer, 409)["code"] == "already_member"


DEFAULT_BUDGET: dict[str, Any] = {
    "name": "Everything",
    "limit_usd": "10",
    "period": "month",
    "timezone": "UTC",
    "scope": {},
    "thresholds": [50, 80, 100],
    "forecast_thresholds": [100],
    "enforcement": "alert",
    "channel_ids": None,
}


def test_a_budget_counts_what_was_spent_in_its_scope(team: Team) -> None:
    asked = team.owner.client
    made = asked.post("/api/v1/budgets", json={"name": "Everything", "limit_usd": 10.0})
    budget = body_of(made)
    assert made.status_code == 201
    assert budget.items() >= DEFAULT_BUDGET.items()
    assert UUID7.fullmatch(budget["id"])
    scope = {"project": "checkout", "tags": {"feature": "summary"}}
    asked.post(
        "/api/v1/budgets",
        json={"name": "Part", "limit_usd": "4.20", "period": "day", "scope": scope},
    )
    inside = {"project": "checkout", "tags": {"feature": "summary"}}
    team.send(
        an_event(timestamp=ago(seconds=1), provider_cost_usd="4.2", **inside),
        an_event(timestamp=ago(seconds=1), provider_cost_usd="4.05"),
    )
    whole, part = body_of(asked.get("/api/v1/budgets"))["data"]
    assert part["scope"] == scope
    assert part["status"].items() >= {
        "spent_usd": "4.2", "remaining_usd": "0", "used_share": 1.0, "state": "exceeded",
    }.items()  # fmt: skip
    assert whole["status"].items() >= {
        "spent_usd": "8.25", "remaining_usd": "1.75", "used_share": 0.825, "state": "warning",
    }.items()  # fmt: skip


def test_a_budget_changes_only_in_what_is_sent(team: Team) -> None:
    asked = team.owner.client
    made = body_of(asked.post("/api/v1/budgets", json={"name": "One", "limit_usd": "10"}))
    path = f"/api/v1/budgets/{made['id']}"
    renamed = body_of(asked.patch(path, json={"name": "Two"}))
    assert (renamed["name"], renamed["limit_usd"]) == ("Two", "10")
    assert renamed["version"] == made["version"]
    raised = body_of(asked.patch(path, json={"limit_usd": 12.5, "thresholds": [100, 50, 50]}))
    assert (raised["name"], raised["limit_usd"]) == ("Two", "12.5")
    assert raised["thresholds"] == [50, 100]
    assert raised["version"] == made["version"] + 1
    assert asked.delete(path).status_code == 204
    assert problem_of(asked.patch(path, json={}), 404)
    assert problem_of(asked.delete(path), 404)
    assert body_of(asked.get("/api/v1/budgets"))["data"] == []


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"limit_usd": 0}, "/limit_usd"),
        ({"limit_usd": "-1"}, "/limit_usd"),
        ({"limit_usd": "1000000.01"}, "/limit_usd"),
        ({"limit_usd": "NaN"}, "/limit_usd"),
        ({"limit_usd": None}, "/limit_usd"),
        ({"limit_usd": True}, "/limit_usd"),
        ({"period": "year"}, "/period"),
        ({"timezone": "Nowhere/Land"}, "/timezone"),
        ({"thresholds": [0]}, "/thresholds/0"),
        ({"thresholds": [1001]}, "/thresholds/0"),
        ({"thresholds": [50.5]}, "/thresholds/0"),
        ({"thresholds": ["50"]}, "/thresholds/0"),
        ({"scope": {"planet": "x"}}, "/scope/planet"),
        ({"scope": {"tags": {"a": 1}}}, "/scope/tags/a/value"),
        ({"enforcement": "explode"}, "/enforcement"),
        ({"unpriced": {"estimate_usd": "-1"}}, "/unpriced"),
        ({"unpriced": {}}, "/unpriced"),
        ({"status": {}}, "/status"),
        ({"id": "x"}, "/id"),
        ({"name": " "}, "/name"),
    ],
    ids=repr,
)
def test_a_budget_that_makes_no_sense_is_refused(
    team: Team, fields: dict[str, Any], pointer: str
) -> None:
    body = {"name": "Budget", "limit_usd": "1"} | fields
    answer = team.owner.client.post("/api/v1/budgets", json=body)
    faults = problem_of(answer, 422)["errors"]
    assert pointer in [fault["pointer"] for fault in faults], faults


def test_prices_are_those_of_a_model_at_a_time(team: Team) -> None:
    query = {"provider": "Anthropic", "model": "claude-sonnet-4-5", "at": ago(days=1)}
    answer = body_of(team.owner.client.get("/api/v1/prices", query_string=query))
    assert {row["provider"] for row in answer["data"]} == {"anthropic"}
    assert {row["model"] for row in answer["data"]} == {"claude-sonnet-4-5"}
    rates = {
        (rate["class"], rate["tier_from"]): (rate["unit_price_usd"], rate["per"])
        for row in answer["data"]
        for rate in row["rates"]
        if rate["service_tier"] == "default" and rate["region"] is None
    }
    assert rates["input", None] == ("3", 10**6)
    assert rates["output", None] == ("15", 10**6)
