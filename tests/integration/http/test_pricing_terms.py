"""An organization's own prices, discounts and aliases through the API, and what follows them."""

from collections.abc import Callable
from threading import Barrier, Thread
from typing import Any

import pytest
from flask import Flask

from tests.http_client import Team, an_event, body_of, found, log_in, problem_of

OWN, DISCOUNTS, ALIASES = "/api/v1/prices/own", "/api/v1/discounts", "/api/v1/aliases"
PRICE: dict[str, Any] = {
    "provider": "openai",
    "model": "gpt-4o",
    "rates": [{"class": "input", "unit_price_usd": "2"}, {"class": "output", "unit_price_usd": 8}],
}
DISCOUNT = {"provider": "openai", "percent": 10}
ALIAS = {"provider": "azure", "alias": "prod", "model": "gpt-4o"}
BODIES = {OWN: PRICE, DISCOUNTS: DISCOUNT, ALIASES: ALIAS}
#: 1,000 x $2.50 + 100 x $10, per million, at list price.
CALL = {
    "provider": "openai",
    "model": "gpt-4o",
    "usage": None,
    "provider_usage": {"prompt_tokens": 1000, "completion_tokens": 100},
}


def enter(team: Team, path: str, **body: Any) -> dict[str, Any]:
    answer = team.owner.client.post(path, json=body)
    assert answer.status_code == 201, answer.text
    return body_of(answer)


def test_an_own_price_is_applied_and_the_list_stays_beside_it(team: Team) -> None:
    entered = enter(team, OWN, **PRICE)
    team.send(an_event(id="a", **CALL))
    event = team.event("a")
    assert (event["cost_usd"], event["list_cost_usd"]) == ("0.0028", "0.0035")
    assert event["cost_source"] == "computed"
    price = event["cost"]["price"]
    assert price["source"] == "own price"
    assert price["agreement"]["own_price_id"] == entered["id"]
    lines = {line["class"]: line for line in event["cost"]["lines"]}
    assert lines["input"]["unit_price_usd"] == "2"
    assert lines["input"]["list_unit_price_usd"] == "2.5"
    assert lines["input"]["list_amount_usd"] == "0.0025"


@pytest.mark.parametrize(
    ("path", "body", "usd"), [(OWN, PRICE, "0.0028"), (DISCOUNTS, DISCOUNT, "0.00315")]
)
def test_terms_hold_for_past_calls_and_are_undone_by_removing_them(
    team: Team, price_again: Callable[[], None], path: str, body: dict[str, Any], usd: str
) -> None:
    team.send(an_event(id="a", **CALL), an_event(id="b", **CALL | {"model": "gpt-4o-mini"}))
    other = team.event("b")
    entered = enter(team, path, **body)
    price_again()
    event = team.event("a")
    assert (event["cost_usd"], event["list_cost_usd"]) == (usd, "0.0035")
    assert event["repriced_at"] is not None
    if path == OWN:
        assert team.event("b") == other
    assert team.owner.client.delete(f"{path}/{entered['id']}").status_code == 204
    price_again()
    assert team.event("a")["cost_usd"] == "0.0035"
    total = body_of(team.owner.client.get("/api/v1/usage"))["totals"]["cost_usd"]
    # 0.0035, and 1,000 x $0.15 + 100 x $0.60 per million
    assert total == "0.00371"


def test_an_alias_makes_a_cost_known_and_totals_follow(
    team: Team, price_again: Callable[[], None]
) -> None:
    call = {**CALL, "provider": "azure", "model": "Prod"}
    team.send(an_event(id="a", **call))
    assert team.event("a")["cost_usd"] is None
    (row,) = body_of(team.owner.client.get("/api/v1/unpriced"))["data"]
    assert (row["model"], row["reason"], row["tokens"]) == ("Prod", "unknown_model", 1100)
    enter(team, ALIASES, **ALIAS)
    price_again()
    event = team.event("a")
    assert (event["cost_usd"], event["cost_source"]) == ("0.0035", "computed")
    assert "alias:prod" in event["notes"]
    coverage = body_of(team.owner.client.get("/api/v1/usage"))["totals"]["coverage"]
    assert (coverage["priced"], coverage["unpriced"]) == (1, 0)
    assert body_of(team.owner.client.get("/api/v1/unpriced"))["data"] == []


def test_terms_are_listed_changed_and_say_who_entered_them(team: Team) -> None:
    entered = enter(team, DISCOUNTS, **DISCOUNT, note="Frame agreement", valid_to="2027-01-01")
    assert entered["percent"] == "10"
    assert entered["created_by"]["email"] == team.owner.email
    path = f"{DISCOUNTS}/{entered['id']}"
    changed = body_of(team.owner.client.patch(path, json={"percent": "12.5", "valid_to": None}))
    assert (changed["percent"], changed["valid_to"], changed["note"]) == (
        "12.5", None, "Frame agreement",
    )  # fmt: skip
    (listed,) = body_of(team.owner.client.get(DISCOUNTS))["data"]
    assert listed == changed


def test_lists_go_on_by_cursor(team: Team) -> None:
    for number in range(3):
        enter(team, ALIASES, **ALIAS | {"alias": f"deployment-{number}"})
    first = body_of(team.owner.client.get(f"{ALIASES}?limit=2"))
    second = body_of(team.owner.client.get(f"{ALIASES}?limit=2&cursor={first['next_cursor']}"))
    assert [row["alias"] for row in first["data"] + second["data"]] == [
        "deployment-0", "deployment-1", "deployment-2",
    ]  # fmt: skip
    assert second["next_cursor"] is None


@pytest.mark.parametrize(
    ("path", "changes", "pointer"),
    [
        (OWN, {"rates": []}, "/rates"),
        (OWN, {"rates": [{"class": "hope", "unit_price_usd": "1"}]}, "/rates/0/class"),
        (OWN, {"rates": [{"class": "input", "unit_price_usd": "-1"}]}, "/rates/0/unit_price_usd"),
        (OWN, {"rates": [{"class": "input", "unit_price_usd": "NaN"}]}, "/rates/0/unit_price_usd"),
        (OWN, {"rates": [{"class": "input", "unit_price_usd": "1", "per": 7}]}, "/rates/0/per"),
        (OWN, {"rates": [{"class": "input", "unit_price_usd": "1", "tier_from": 5}]}, "/rates"),
        (OWN, {"rates": PRICE["rates"] * 2}, "/rates"),
        (OWN, {"model": ""}, "/model"),
        (OWN, {"model": "x\u0000"}, "/model"),
        (OWN, {"colour": "red"}, "/colour"),
        (OWN, {"valid_from": "2026-02-30"}, "/valid_from"),
        (OWN, {"valid_from": "2026-02-02", "valid_to": "2026-02-02"}, "/valid_to"),
        (DISCOUNTS, {"percent": 0}, "/percent"),
        (DISCOUNTS, {"percent": 100.5}, "/percent"),
        (DISCOUNTS, {"percent": "1.00001"}, "/percent"),
        (DISCOUNTS, {"provider": None}, "/provider"),
        (DISCOUNTS, {"note": "x" * 501}, "/note"),
        (ALIASES, {"model": " PROD "}, "/model"),
        (ALIASES, {"alias": "x" * 257}, "/alias"),
    ],
)
def test_what_is_not_right_is_refused_with_its_place(
    team: Team, path: str, changes: dict[str, Any], pointer: str
) -> None:
    answer = team.owner.client.post(path, json=BODIES[path] | changes)
    assert pointer in [each["pointer"] for each in problem_of(answer, 422)["errors"]]
    assert body_of(team.owner.client.get(path))["data"] == []


@pytest.mark.parametrize("path", BODIES)
def test_two_at_once_never_hold_on_the_same_day(app: Flask, team: Team, path: str) -> None:
    clients = [log_in(app, team.owner.email) for _ in range(4)]
    barrier, statuses = Barrier(len(clients)), []

    def enter_at_once(number: int) -> None:
        barrier.wait()
        statuses.append(clients[number].post(path, json=BODIES[path]).status_code)

    threads = [Thread(target=enter_at_once, args=(number,)) for number in range(len(clients))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(statuses) == [201, 409, 409, 409]


def test_terms_may_follow_one_another(team: Team) -> None:
    enter(team, DISCOUNTS, **DISCOUNT, valid_to="2026-10-01")
    enter(team, DISCOUNTS, **DISCOUNT, valid_from="2026-10-01")
    overlapping = team.owner.client.post(DISCOUNTS, json=DISCOUNT)
    assert problem_of(overlapping, 409)["code"] == "overlapping_terms"


def test_the_terms_of_others_do_not_exist(app: Flask, team: Team) -> None:
    intruder = found(app, "Intruder").owner.client
    for path, body in BODIES.items():
        entered = enter(team, path, **body)
        mine = f"{path}/{entered['id']}"
        assert problem_of(intruder.patch(mine, json={"note": "mine"}), 404)["code"] == "not_found"
        assert problem_of(intruder.delete(mine), 404)["code"] == "not_found"
        assert body_of(intruder.get(path))["data"] == []
        assert len(body_of(team.owner.client.get(path))["data"]) == 1


def test_an_entry_of_another_kind_does_not_exist_here(team: Team) -> None:
    entered = enter(team, DISCOUNTS, **DISCOUNT)
    answer = team.owner.client.delete(f"{ALIASES}/{entered['id']}")
    assert problem_of(answer, 404)["code"] == "not_found"
