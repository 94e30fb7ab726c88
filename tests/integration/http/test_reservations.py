"""Money is set aside before a call, and budgets that block refuse what does not fit."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.http_client import PROBLEM, Team, an_event, bearer, body_of, found, post, problem_of

PATH = "/api/v1/reservations"
UNPRICED = {"provider": "acme", "model": "acme-1", "input_tokens": 10, "max_output_tokens": 10}


def a_budget(team: Team, **fields: object) -> dict[str, Any]:
    body = {"name": "Agents", "limit_usd": "1", "enforcement": "block", **fields}
    answer = team.owner.client.post("/api/v1/budgets", json=body)
    assert answer.status_code == 201, answer.text
    return body_of(answer)


def reserve(team: Team, **fields: object) -> TestResponse:
    return team.app.test_client().post(PATH, json=fields, headers=bearer(team.key))


def reserved(team: Team, **fields: object) -> dict[str, Any]:
    answer = reserve(team, **fields)
    assert answer.status_code == 201, answer.text
    return body_of(answer)


def release(team: Team, reservation_id: str) -> TestResponse:
    path = f"{PATH}/{reservation_id}"
    return team.app.test_client().delete(path, headers=bearer(team.key))


def standing(team: Team) -> dict[str, Any]:
    (budget,) = body_of(team.owner.client.get("/api/v1/budgets"))["data"]
    status: dict[str, Any] = budget["status"]
    return status


def test_what_is_reserved_is_taken_of_what_is_left(team: Team) -> None:
    budget = a_budget(team)
    first = reserved(team, estimate_usd="0.4")
    assert first["estimate_usd"] == "0.4"
    assert first["budgets"] == [{"id": budget["id"], "remaining_usd": "0.6"}]
    assert reserved(team, estimate_usd=0.6)["budgets"][0]["remaining_usd"] == "0"
    assert standing(team)["reserved_usd"] == "1"
    assert release(team, first["id"]).status_code == 204
    assert release(team, first["id"]).status_code == 204
    assert standing(team)["reserved_usd"] == "0.6"


def test_a_budget_of_a_model_holds_calls_that_ask_for_it_by_another_name(team: Team) -> None:
    budget = a_budget(team, scope={"model": "gpt-4o-2024-08-06"})
    asked = {"provider": "openai", "model": "gpt-4o", "estimate_usd": "0.75"}
    first = reserved(team, **asked)
    assert first["budgets"] == []
    named = {"provider": "openai", "model": "gpt-4o-2024-08-06", "requested_model": "gpt-4o"}
    event = an_event(**named, provider_cost_usd="0.5", reservation_id=first["id"])
    assert post(team.app, {"events": [event]}, team.key).status_code == 200
    refused = reserve(team, **asked)
    assert (refused.status_code, body_of(refused)["budget"]["id"]) == (402, budget["id"])
    assert reserved(team, **asked | {"estimate_usd": "0.5"})["budgets"][0]["remaining_usd"] == "0"


def test_tags_may_be_what_they_may_be_in_an_event(team: Team) -> None:
    # As some write them, and not as they would be written here.
    tags = '{"n": 1.50, "f": 1e-05, "yes": true, "no": false, "text": "x", "none": null}'
    budget = a_budget(team, scope={"tags": {"n": "1.50", "f": "1e-05", "yes": "true"}})
    answer = _written(team, PATH, f'{{"estimate_usd": "0.25", "tags": {tags}}}')
    held = body_of(answer)
    assert held["budgets"] == [{"id": budget["id"], "remaining_usd": "0.75"}]
    rest = json.dumps(an_event(provider_cost_usd="0.25", reservation_id=held["id"]))
    event = f'{rest.removesuffix("}")}, "tags": {tags}}}'
    assert _written(team, "/api/v1/events", event).status_code == 200
    assert (standing(team)["spent_usd"], standing(team)["reserved_usd"]) == ("0.25", "0")


def _written(team: Team, path: str, body: str) -> TestResponse:
    headers = bearer(team.key) | {"Content-Type": "application/json"}
    return team.app.test_client().post(path, data=body, headers=headers)


def test_what_does_not_fit_is_refused_with_the_budget_and_what_is_left(team: Team) -> None:
    budget = a_budget(team)
    reserved(team, estimate_usd="0.75")
    refused = reserve(team, estimate_usd="0.250000000000000001")
    assert (refused.status_code, refused.mimetype) == (402, PROBLEM)
    problem = body_of(refused)
    assert problem["code"] == "budget_exceeded"
    assert problem["reason"] == "limit"
    assert problem["budget"] == {"id": budget["id"], "name": "Agents"}
    assert problem["remaining_usd"] == "0.25"
    assert problem["resets_at"] == budget["status"]["period_end"]
    assert standing(team)["reserved_usd"] == "0.75"


def test_all_budgets_that_apply_are_taken_of_or_none(team: Team) -> None:
    wide = a_budget(team, name="Wide", limit_usd="10")
    narrow = a_budget(team, name="Narrow", scope={"project": "checkout", "tags": {"tier": "free"}})
    told = reserved(team, estimate_usd="0.5", project="checkout", tags={"tier": "free"})
    assert {each["id"] for each in told["budgets"]} == {wide["id"], narrow["id"]}
    assert (
        reserve(team, estimate_usd="0.6", project="checkout", tags={"tier": "free"}).status_code
        == 402
    )
    # The refusal held nothing of the wide one either.
    assert reserved(team, estimate_usd="9.5")["budgets"] == [
        {"id": wide["id"], "remaining_usd": "0"}
    ]


def test_a_budget_that_only_alerts_is_not_asked(team: Team) -> None:
    a_budget(team, enforcement="alert")
    assert reserved(team, estimate_usd="5")["budgets"] == []


def test_an_estimate_comes_from_the_prices_of_the_model(team: Team) -> None:
    a_budget(team)
    asked = {"provider": "anthropic", "model": "claude-sonnet-4-5"}
    told = reserved(team, **asked, input_tokens=1000, max_output_tokens=2000)
    # $3 and $15 a million tokens.
    assert told["estimate_usd"] == "0.033"


@pytest.mark.parametrize(
    ("policy", "status", "held"),
    [("block", 402, "0"), ("allow", 201, "0"), ({"estimate_usd": "0.3"}, 201, "0.3")],
)
def test_a_model_without_a_price_follows_the_budgets_policy(
    team: Team, policy: object, status: int, held: str
) -> None:
    a_budget(team, unpriced=policy)
    answer = reserve(team, **UNPRICED)
    assert answer.status_code == status
    assert standing(team)["reserved_usd"] == held
    if status == 402:
        assert body_of(answer)["reason"] == "unpriced"
    else:
        assert body_of(answer)["estimate_usd"] is None


def test_the_event_that_names_a_reservation_settles_it(team: Team) -> None:
    a_budget(team)
    reservation = reserved(team, estimate_usd="0.9")
    assert team.send(an_event(reservation_id=reservation["id"]))["results"] == []
    status = standing(team)
    assert (status["spent_usd"], status["reserved_usd"]) == ("0.0021", "0")


@pytest.mark.parametrize("write", [str.upper, lambda its: its.replace("-", "")])
def test_a_reservation_is_known_however_its_id_is_written(
    team: Team, write: Callable[[str], str]
) -> None:
    a_budget(team)
    reservation = reserved(team, estimate_usd="0.9")
    assert team.send(an_event(reservation_id=write(reservation["id"])))["results"] == []
    assert standing(team)["reserved_usd"] == "0"


def test_an_event_counts_whatever_becomes_of_the_reservation_it_names(team: Team) -> None:
    a_budget(team)
    settled, released = reserved(team, estimate_usd="0.1"), reserved(team, estimate_usd="0.1")
    strange = reserved(found(team.app, "Other"), estimate_usd="0.1")
    assert release(team, released["id"]).status_code == 204
    named = [settled, settled, released, strange, {"id": "nonsense"}]
    told = team.send(*(an_event(reservation_id=each["id"]) for each in named))
    assert told["accepted"] == 5
    assert [(each["index"], each["status"], each["code"]) for each in told["results"]] == [
        (1, "accepted", "reservation_already_settled"),
        (2, "accepted", "reservation_released"),
        (3, "accepted", "reservation_unknown"),
        (4, "accepted", "reservation_unknown"),
    ]
    status = standing(team)
    assert (status["spent_usd"], status["reserved_usd"]) == ("0.0105", "0")


def test_a_single_event_is_told_of_its_reservation_too(team: Team) -> None:
    answer = post(team.app, an_event(reservation_id="nonsense"), team.key)
    assert answer.status_code == 200
    (result,) = body_of(answer)["results"]
    assert result["code"] == "reservation_unknown"


def test_sending_an_event_again_settles_nothing_more(team: Team) -> None:
    a_budget(team)
    reservation, event = reserved(team, estimate_usd="0.1"), an_event()
    event |= {"reservation_id": reservation["id"]}
    assert team.send(event)["accepted"] == 1
    assert team.send(event)["duplicates"] == 1
    assert standing(team)["spent_usd"] == "0.0021"


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({}, "/estimate_usd"),
        ({"provider": "openai"}, "/estimate_usd"),
        ({"estimate_usd": "-1"}, "/estimate_usd"),
        ({"estimate_usd": "NaN"}, "/estimate_usd"),
        ({"estimate_usd": "1000001"}, "/estimate_usd"),
        ({"estimate_usd": "1", "expires_in_s": 0}, "/expires_in_s"),
        ({"estimate_usd": "1", "expires_in_s": 3601}, "/expires_in_s"),
        ({"provider": "openai", "model": "gpt-4o"}, "/input_tokens"),
        ({"provider": "openai", "model": "gpt-4o", "input_tokens": 1}, "/max_output_tokens"),
        ({"provider": "openai", "model": "gpt-4o", "input_tokens": -1}, "/input_tokens"),
        ({"provider": "openai", "model": "gpt-4o", "input_tokens": 1.5}, "/input_tokens"),
        ({"estimate_usd": "1", "tags": {"a" * 65: "b"}}, "/tags"),
        ({"estimate_usd": "1", "tags": {"a": ["b"]}}, "/tags/a"),
        ({"estimate_usd": "1", "tags": {"a": "b" * 257}}, "/tags/a"),
        ({"estimate_usd": "1", "tags": {"a": "\0"}}, "/tags/a"),
        ({"estimate_usd": "1", "tags": ["b"]}, "/tags"),
        ({"estimate_usd": "1", "project": "a\0"}, "/project"),
        ({"estimate_usd": "1", "limit": 3}, "/limit"),
    ],
)
def test_what_makes_no_sense_is_refused(team: Team, fields: dict[str, Any], pointer: str) -> None:
    problem = problem_of(reserve(team, **fields), 422)
    assert problem["errors"][0]["pointer"].startswith(pointer)


def test_another_organization_cannot_give_it_back(team: Team) -> None:
    a_budget(team)
    reservation = reserved(team, estimate_usd="0.5")
    other = found(team.app, "Other")
    assert problem_of(release(other, reservation["id"]), 404)["code"] == "not_found"
    assert standing(team)["reserved_usd"] == "0.5"


def test_events_are_never_refused_for_a_budget(team: Team) -> None:
    a_budget(team, limit_usd="0.001")
    assert team.send(an_event(), an_event())["accepted"] == 2
    assert standing(team)["state"] == "exceeded"
