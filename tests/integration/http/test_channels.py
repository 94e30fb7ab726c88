"""Channels, and what was alerted on them, as the API tells."""

import base64
from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.http_client import Team, an_event, body_of, found, problem_of

CHANNELS, ALERTS = "/api/v1/channels", "/api/v1/alerts"
# A public address that needs no looking up; without a worker nothing connects to it.
WEBHOOK = {"type": "webhook", "name": "Finance", "url": "https://1.1.1.1/hook"}
SLACK = {
    "type": "slack", "name": "On call", "url": "https://hooks.slack.com/services/T0/B0/abcdWXYZ",
}  # fmt: skip


def create(team: Team, **fields: object) -> TestResponse:
    return team.owner.client.post(CHANNELS, json=WEBHOOK | fields)


def a_channel(team: Team, **fields: object) -> dict[str, Any]:
    answer = create(team, **fields)
    assert answer.status_code == 201, answer.text
    return body_of(answer)


def alerts(team: Team) -> list[dict[str, Any]]:
    found_: list[dict[str, Any]] = body_of(team.owner.client.get(ALERTS))["data"]
    return found_


def test_a_webhook_has_a_secret_that_is_shown_once(team: Team) -> None:
    made = a_channel(team)
    assert len(base64.b64decode(made["secret"].removeprefix("whsec_"))) == 32
    (listed,) = body_of(team.owner.client.get(CHANNELS))["data"]
    assert "secret" not in listed
    assert listed == {name: value for name, value in made.items() if name != "secret"}
    rotated = body_of(team.owner.client.post(f"{CHANNELS}/{made['id']}/rotate"))
    assert rotated["secret"] != made["secret"]


def test_the_address_of_slack_is_a_secret_and_shown_by_its_end(team: Team) -> None:
    made = a_channel(team, **SLACK)
    assert made["secret"] is None
    assert made["url"] == "https://hooks.slack.com/…WXYZ"
    answer = team.owner.client.post(f"{CHANNELS}/{made['id']}/rotate")
    assert problem_of(answer, 409)["code"] == "no_secret"


def test_a_channel_is_changed_switched_off_and_deleted(team: Team) -> None:
    path = f"{CHANNELS}/{a_channel(team)['id']}"
    client = team.owner.client
    changed = body_of(client.patch(path, json={"name": "Lead", "enabled": False}))
    assert (changed["name"], changed["url"]) == ("Lead", WEBHOOK["url"])
    assert changed["disabled_at"]
    assert problem_of(client.post(f"{path}/test"), 409)["code"] == "channel_disabled"
    assert body_of(client.patch(path, json={"enabled": True}))["disabled_at"] is None
    assert client.delete(path).status_code == 204
    assert problem_of(client.delete(path), 404)
    assert problem_of(client.patch(path, json={"name": "x"}), 404)


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"name": " "}, "/name"),
        ({"type": "pigeon"}, "/type"),
        ({"url": "http://127.0.0.1/"}, "/url"),
        ({"url": "http://[::ffff:7f00:1]/"}, "/url"),
        ({"url": "https://user:pass@example.com/"}, "/url"),
        ({"url": "ftp://example.com/"}, "/url"),
        ({"url": "https://1.1.1.1:8443/"}, "/url"),
        ({"url": "nonsense"}, "/url"),
        ({"url": None}, "/url"),
        (SLACK | {"url": "https://example.com/services/T0"}, "/url"),
        (SLACK | {"url": "http://hooks.slack.com/services/T0"}, "/url"),
        ({"type": "email", "url": "https://example.com/"}, "/url"),
        ({"address": "lead@example.com"}, "/address"),
        ({"secret": "whsec_mine"}, "/secret"),
    ],
)
def test_a_channel_that_makes_no_sense_is_refused(
    team: Team, fields: dict[str, Any], pointer: str
) -> None:
    problem = problem_of(create(team, **fields), 422)
    assert problem["errors"][0]["pointer"] == pointer
    assert body_of(team.owner.client.get(CHANNELS))["data"] == []


def test_a_change_is_checked_as_a_new_address_is(team: Team) -> None:
    path = f"{CHANNELS}/{a_channel(team)['id']}"
    answer = team.owner.client.patch(path, json={"url": "http://169.254.169.254/"})
    assert problem_of(answer, 422)["errors"][0]["pointer"] == "/url"


def test_without_a_mail_server_there_is_no_e_mail(team: Team) -> None:
    body = {"type": "email", "name": "Lead", "address": "lead@example.com"}
    problem = problem_of(team.owner.client.post(CHANNELS, json=body), 422)
    assert problem["code"] == "mail_not_set_up"
    assert "SMTP_URL" in problem["detail"]


def test_what_crosses_a_threshold_is_alerted_once_on_every_channel(team: Team) -> None:
    first, second = a_channel(team), a_channel(team, name="Second")
    body = {"name": "Trial", "limit_usd": "0.004", "channel_ids": None}
    budget = body_of(team.owner.client.post("/api/v1/budgets", json=body))
    team.send(an_event())
    team.send(an_event())
    team.send(an_event())
    reached = [alert for alert in alerts(team) if alert["kind"] == "actual"]
    assert [alert["threshold"] for alert in reversed(reached)] == [50, 80, 100]
    assert [alert["spent_usd"] for alert in reversed(reached)] == ["0.0021", "0.0042", "0.0042"]
    for alert in reached:
        assert alert["budget_id"] == budget["id"]
        sent = [delivery["channel_id"] for delivery in alert["deliveries"]]
        assert sent == [first["id"], second["id"]]
    path = f"{CHANNELS}/{first['id']}/deliveries"
    page = body_of(team.owner.client.get(path, query_string={"limit": 2}))
    assert [each["alert_id"] for each in page["data"]] == [each["id"] for each in reached[:2]]
    rest = body_of(team.owner.client.get(path, query_string={"cursor": page["next_cursor"]}))
    assert [each["alert_id"] for each in rest["data"]] == [reached[2]["id"]]


def test_a_budget_alerts_on_the_channels_that_it_names(team: Team) -> None:
    named = a_channel(team)
    a_channel(team, name="Other")
    body = {"name": "Trial", "limit_usd": "0.002", "channel_ids": [named["id"]]}
    budget = body_of(team.owner.client.post("/api/v1/budgets", json=body))
    assert budget["channel_ids"] == [named["id"]]
    team.send(an_event())
    for alert in alerts(team):
        assert [each["channel_id"] for each in alert["deliveries"]] == [named["id"]]


def test_a_budget_cannot_name_a_strangers_channel(team: Team) -> None:
    strange = a_channel(found(team.app, "Other"))
    body = {"name": "Trial", "limit_usd": "1", "channel_ids": [strange["id"]]}
    problem = problem_of(team.owner.client.post("/api/v1/budgets", json=body), 422)
    assert problem["errors"][0]["pointer"] == "/channel_ids"


def test_what_was_spent_already_alerts_when_the_budget_is_set(team: Team) -> None:
    team.send(an_event())
    team.owner.client.post("/api/v1/budgets", json={"name": "Late", "limit_usd": "0.002"})
    assert [alert["threshold"] for alert in alerts(team)] == [100, 80, 50]


def test_a_new_version_alerts_anew_and_a_new_name_does_not(team: Team) -> None:
    made = team.owner.client.post("/api/v1/budgets", json={"name": "A", "limit_usd": "0.002"})
    path = f"/api/v1/budgets/{body_of(made)['id']}"
    team.send(an_event())
    assert len(alerts(team)) == 3
    team.owner.client.patch(path, json={"name": "B"})
    assert len(alerts(team)) == 3
    team.owner.client.patch(path, json={"limit_usd": "0.0021"})
    assert len(alerts(team)) == 6


def test_alerts_stay_when_their_budget_goes(team: Team) -> None:
    made = team.owner.client.post("/api/v1/budgets", json={"name": "A", "limit_usd": "0.002"})
    team.send(an_event())
    assert team.owner.client.delete(f"/api/v1/budgets/{body_of(made)['id']}").status_code == 204
    assert {alert["budget_name"] for alert in alerts(team)} == {"A"}


def test_another_organization_sees_and_moves_nothing(team: Team) -> None:
    channel = a_channel(team)
    team.owner.client.post("/api/v1/budgets", json={"name": "A", "limit_usd": "0.002"})
    team.send(an_event())
    (delivery, *_) = alerts(team)[0]["deliveries"]
    other = found(team.app, "Other").owner.client
    path = f"{CHANNELS}/{channel['id']}"
    for answer in (
        other.get(f"{path}/deliveries"),
        other.post(f"{path}/test"),
        other.post(f"{path}/rotate"),
        other.patch(path, json={"name": "Mine"}),
        other.delete(path),
        other.post(f"/api/v1/deliveries/{delivery['id']}/resend"),
    ):
        assert problem_of(answer, 404)
    assert body_of(other.get(ALERTS))["data"] == []
    assert body_of(other.get(CHANNELS))["data"] == []
