"""What becomes of events: each one's fate, told truly, and durable when it is told."""

import json
from datetime import datetime, timedelta, timezone
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask

from tests.contracts.concurrency import at_once
from tests.http_client import (
    EVENTS,
    Team,
    ago,
    an_event,
    bearer,
    body_of,
    found,
    gzipped,
    post,
    post_bytes,
    post_lines,
    problem_of,
)


def fates(accepted: int = 0, duplicates: int = 0, conflicts: int = 0, rejected: int = 0) -> Any:
    """The head of an answer."""
    return {
        "accepted": accepted,
        "duplicates": duplicates,
        "conflicts": conflicts,
        "rejected": rejected,
    }


def head_of(answer: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in answer.items() if name != "results"}


def test_an_accepted_event_is_there_at_once(team: Team) -> None:
    event = an_event()
    answer = post(team.app, event, team.key)
    assert answer.status_code == 200
    assert body_of(answer) == fates(accepted=1) | {"results": []}
    assert team.event(event["id"])["cost_usd"] == "0.0021"


def test_a_batch_of_one_is_answered_like_a_batch(team: Team) -> None:
    assert team.send(an_event()) == fates(accepted=1) | {"results": []}


def test_an_empty_batch_is_fine(team: Team) -> None:
    assert team.send() == fates() | {"results": []}


def test_an_event_sent_again_changes_nothing(team: Team) -> None:
    event = an_event()
    team.send(event)
    before = team.event(event["id"])
    again = post(team.app, event, team.key)
    assert again.status_code == 200
    result = {"index": 0, "id": event["id"], "status": "duplicate"}
    assert body_of(again) == fates(duplicates=1) | {"results": [result]}
    assert team.event(event["id"]) == before
    assert team.usage()["totals"]["calls"] == 1


def test_an_event_with_another_content_conflicts_and_the_first_stands(team: Team) -> None:
    first = an_event(project="first")
    team.send(first)
    answer = post(team.app, first | {"project": "second"}, team.key)
    assert problem_of(answer, 409)["code"] == "conflict"
    assert team.event(first["id"])["project"] == "first"
    in_a_batch = team.send(first | {"project": "third"}, an_event())
    assert head_of(in_a_batch) == fates(accepted=1, conflicts=1)
    assert in_a_batch["results"] == [{"index": 0, "id": first["id"], "status": "conflict"}]


SAME_AFTER_NORMALISATION: dict[str, dict[str, Any]] = {
    "null in place of absent": {"project": None, "tags": None, "usage_status": None},
    "another name of the provider": {"provider": "Anthropic"},
    "a defaulted status in words": {"status": "success"},
    "unknown fields": {"new_field": [1, 2, 3]},
    "an absent tag value": {"tags": {"feature": None}},
    "null quantities": {"usage": {"input": 200, "output": 100, "cache_read": None}},
}


@pytest.mark.parametrize(
    "change", SAME_AFTER_NORMALISATION.values(), ids=SAME_AFTER_NORMALISATION.keys()
)
def test_what_means_the_same_is_a_duplicate(team: Team, change: dict[str, Any]) -> None:
    event = an_event()
    team.send(event)
    assert head_of(team.send(event | change)) == fates(duplicates=1)


def test_the_same_instant_in_another_zone_is_a_duplicate(team: Team) -> None:
    event, east = an_event(), timezone(timedelta(hours=5, minutes=45))
    team.send(event)
    there = datetime.fromisoformat(event["timestamp"]).astimezone(east).isoformat()
    assert head_of(team.send(event | {"timestamp": there})) == fates(duplicates=1)


@pytest.mark.parametrize(
    "change",
    [
        {"model": "claude-opus-4-5"},
        {"timestamp": ago(days=1)},
        {"usage": {"input": 200, "output": 101}},
        {"usage": {"input": 200, "output": 100, "cache_read": 0}},
        {"tags": {"feature": "summary"}},
        {"status": "error"},
        {"latency_ms": 1},
        {"provider_cost_usd": "0.0021"},
        {"provider_usage": {"input_tokens": 200, "output_tokens": 100}},
    ],
    ids=lambda change: next(iter(change)),
)
def test_what_means_something_else_is_a_conflict(team: Team, change: dict[str, Any]) -> None:
    event = an_event()
    team.send(event)
    assert head_of(team.send(event | change)) == fates(conflicts=1)


def test_within_a_batch_the_first_of_an_id_stands(team: Team) -> None:
    event, other = an_event(project="first"), an_event()
    answer = team.send(event, other, event, event | {"project": "second"}, event)
    assert head_of(answer) == fates(accepted=2, duplicates=2, conflicts=1)
    assert [(each["index"], each["status"]) for each in answer["results"]] == [
        (2, "duplicate"),
        (3, "conflict"),
        (4, "duplicate"),
    ]
    assert team.event(event["id"])["project"] == "first"


def test_an_id_stays_taken_when_its_event_is_sent_for_another_day(team: Team) -> None:
    event = an_event(timestamp=ago(days=40))
    team.send(event)
    assert head_of(team.send(event | {"timestamp": ago(days=1)})) == fates(conflicts=1)


def test_a_single_refused_event_is_an_error_of_the_request(team: Team) -> None:
    answer = post(team.app, an_event(timestamp="yesterday"), team.key)
    problem = problem_of(answer, 422)
    assert problem["code"] == "invalid_timestamp"
    assert problem["errors"][0]["pointer"] == "/timestamp"


POSITIONS = {"first": 0, "in the middle": 250, "last": 499}


@pytest.mark.parametrize("position", POSITIONS.values(), ids=POSITIONS.keys())
def test_one_bad_event_among_500_never_sinks_the_others(team: Team, position: int) -> None:
    events = [an_event() for _ in range(500)]
    events[position]["usage"] = {"input": -1}
    answer = team.send(*events)
    assert head_of(answer) == fates(accepted=499, rejected=1)
    (result,) = answer["results"]
    assert (result["index"], result["id"]) == (position, events[position]["id"])
    assert (result["status"], result["code"]) == ("rejected", "invalid_usage")
    assert result["pointer"] == "/usage/input"
    assert team.usage()["totals"]["calls"] == 499


@pytest.mark.parametrize("item", [None, 1, "text", [], True, [{}], {}, 1.5, ""])
def test_what_is_no_event_is_rejected_alone(team: Team, item: object) -> None:
    answer = post(team.app, {"events": [an_event(), item, an_event()]}, team.key)
    assert answer.status_code == 200
    assert head_of(body_of(answer)) == fates(accepted=2, rejected=1)


def test_lines_of_json_are_events(team: Team) -> None:
    lines = [json.dumps(an_event()).encode() for _ in range(3)]
    answer = post_lines(team.app, lines, team.key)
    assert body_of(answer) == fates(accepted=3) | {"results": []}


def test_a_bad_line_is_one_rejected_event_and_empty_lines_are_none(team: Team) -> None:
    lines = [
        json.dumps(an_event()).encode(),
        b"",
        b'{"id": "torn", "timest',
        b"   ",
        json.dumps(an_event()).encode() + b"\r",
        b"not json at all",
        b"\xff\xfe",
        b"[1]",
        b"null",
        json.dumps(an_event()).encode(),
    ]
    answer = post_lines(team.app, lines, team.key)
    assert answer.status_code == 200
    assert head_of(body_of(answer)) == fates(accepted=3, rejected=5)
    assert {each["index"] for each in body_of(answer)["results"]} == {1, 3, 4, 5, 6}


def test_a_line_is_never_the_body_of_a_single_event(team: Team) -> None:
    answer = post_lines(team.app, [b"{}"], team.key)
    assert answer.status_code == 200
    assert head_of(body_of(answer)) == fates(rejected=1)


def test_an_empty_body_of_lines_is_an_empty_batch(team: Team) -> None:
    assert body_of(post_lines(team.app, [], team.key)) == fates() | {"results": []}


def test_lines_have_no_envelope(team: Team) -> None:
    line = json.dumps({"events": [an_event()]}).encode()
    assert head_of(body_of(post_lines(team.app, [line], team.key))) == fates(rejected=1)


def test_a_compressed_body_is_read(team: Team) -> None:
    answer = post_bytes(
        team.app, gzipped({"events": [an_event()]}), team.key, Content_Encoding="gzip"
    )
    assert body_of(answer) == fates(accepted=1) | {"results": []}


def test_one_id_sent_by_many_at_once_is_stored_once(team: Team) -> None:
    event = an_event()
    senders, times = 8, 25

    def send(_: int) -> list[dict[str, Any]]:
        return [team.send(event) for _ in range(times)]

    answers = [answer for sent in at_once(senders, send) for answer in sent]
    assert sum(answer["accepted"] for answer in answers) == 1
    assert sum(answer["duplicates"] for answer in answers) == senders * times - 1
    assert team.usage()["totals"]["calls"] == 1
    assert team.usage()["totals"]["cost_usd"] == "0.0021"


def test_overlapping_batches_at_once_count_every_event_once(team: Team) -> None:
    events = [an_event() for _ in range(60)]

    def send(number: int) -> dict[str, Any]:
        # Each sender in an order of its own, so that they meet half way.
        turned = events[number * 7 :] + events[: number * 7]
        return team.send(*(turned if number % 2 else reversed(turned)))

    answers = at_once(8, send)
    assert sum(answer["accepted"] for answer in answers) == 60
    assert sum(answer["duplicates"] for answer in answers) == 7 * 60
    assert team.usage()["totals"]["calls"] == 60


def test_of_two_contents_sent_at_once_one_stands(team: Team) -> None:
    event = an_event()
    answers = at_once(8, lambda number: team.send(event | {"project": f"p{number % 2}"}))
    total = {name: sum(answer[name] for answer in answers) for name in fates()}
    assert total == fates(accepted=1, duplicates=3, conflicts=4)


@pytest.mark.parametrize(
    "event_id",
    [
        "a/b",
        "a//b",
        "/leading",
        "trailing/",
        "a/../b",
        "a?b=c",
        "a#b",
        "100%",
        "%2F",
        "with space",
        "  ",
        "a+b",
        "a&b=c;d",
        "\u00e9\u4e2d\U0001f98a",
        "e\u0301",
        'quote"s',
        "new\nline",
        "line break at the end\n",
        "tab\t",
        "...",
        "back\\slash",
        "\ufffd",
        "%00",
        "%ff",
        "<script>",
        "x" * 128,
        "\U0001f98a" * 128,
        "null",
        "0",
    ],
)
def test_an_event_of_any_id_is_found_by_its_encoded_id(team: Team, event_id: str) -> None:
    assert team.send(an_event(id=event_id))["accepted"] == 1
    found_event = team.event(quote(event_id, safe=""))
    assert found_event["id"] == event_id


def test_an_event_is_read_back_as_it_was_sent(team: Team) -> None:
    sent = an_event(
        requested_model="claude-sonnet-4-5",
        operation="chat",
        api_base="https://api.anthropic.com",
        service_tier="default",
        speed="standard",
        region="eu",
        latency_ms=1234,
        time_to_first_token_ms=210,
        status="success",
        provider_request_id="msg_1",
        project="checkout",
        environment="production",
        user="u_123",
        session="s_9",
        trace_id="t_1",
        tags={"feature": "summary", "tries": 2, "beta": True, "share": 1.50},
        timestamp="2026-11-23T08:00:00.123Z",
    )
    sent["timestamp"] = ago(hours=2)[:-4] + "Z"
    team.send(sent)
    got = team.event(sent["id"])
    written_as_text = {"tags": {"feature": "summary", "tries": "2", "beta": "true", "share": "1.5"}}
    assert {name: got[name] for name in sent} == sent | written_as_text
    assert got["usage_status"] == "complete"
    assert got["api_key_id"] == team.key_id
    assert got["error_code"] is None


def test_the_providers_own_object_is_kept_to_the_letter(team: Team) -> None:
    usage = {"output_tokens": 1, "input_tokens": 2, "x": [1.5, {"\u00e9": None}], "b": 1e-7}
    event = an_event(provider_usage=usage, usage=None)
    team.send(event)
    assert team.event(event["id"])["provider_usage"] == usage
    assert list(team.event(event["id"])["provider_usage"]) == list(usage)


def test_events_are_those_of_the_organization_whose_key_sent_them(app: Flask) -> None:
    one, other = found(app), found(app)
    event = an_event()
    assert app.test_client().post(EVENTS, json=event, headers=bearer(one.key)).status_code == 200
    assert problem_of(other.owner.client.get(f"{EVENTS}/{event['id']}"), 404)
    assert one.event(event["id"])


def test_fractions_of_a_providers_own_object_stay_as_they_were_written(team: Team) -> None:
    """No binary fraction comes between: 0.1 + 0.2 is not 0.30000000000000004 there."""
    amount = "0.012345678901234567890123"
    usage = f'{{"prompt_tokens":9,"completion_tokens":1,"cost":{amount},"queue_time":1.50}}'
    call = json.dumps(an_event(id="exact", provider="openrouter", model="m", usage=None))
    body = call[:-1] + f', "provider_usage": {usage}}}'
    assert body_of(post_bytes(team.app, body.encode(), team.key))["accepted"] == 1
    answer = team.owner.client.get(f"{EVENTS}/exact")
    assert f'"provider_usage":{usage}' in answer.text
    assert body_of(answer)["cost_usd"] == amount
    assert body_of(post_bytes(team.app, body.encode(), team.key))["duplicates"] == 1
