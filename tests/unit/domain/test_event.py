"""What a sender may report, and when two reports are the same."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import Fault, Invalid
from domain.event import Event, ReportedEvent, Status, UsageStatus
from domain.pricing.pricing_table import PricingTable
from domain.recording import record
from domain.usage.token_usage import TokenClass, TokenUsage, Unit

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
EVENT = ReportedEvent(id="e1", timestamp=NOW, provider="openai", model="gpt-4o")
EMPTY_BOOK = PricingTable("2026-11-23", [])
OPTIONAL_TEXTS = [
    "requested_model",
    "operation",
    "api_base",
    "service_tier",
    "speed",
    "region",
    "error_code",
    "provider_request_id",
    "project",
    "environment",
    "user",
    "session",
    "trace_id",
    "reservation_id",
]
Changes = Mapping[str, Any]


def fault_of(changes: Changes) -> tuple[str, Fault]:
    with pytest.raises(Invalid) as refusal:
        replace(EVENT, **changes).check(NOW)
    return refusal.value.code, refusal.value.first_fault


def recorded(reported: ReportedEvent) -> Event:
    return record(
        reported,
        organization_id="o1",
        api_key_id="k1",
        received_at=NOW,
        prices=EMPTY_BOOK,
    )


def test_an_event_needs_an_id_a_time_a_provider_and_a_model() -> None:
    EVENT.check(NOW)


@pytest.mark.parametrize("event_id", ["a", "x" * 128, "a/b?c#d e", "...", "é" * 128, "\U0001f600"])
def test_ids_at_the_edge_are_accepted(event_id: str) -> None:
    replace(EVENT, id=event_id).check(NOW)


@pytest.mark.parametrize("event_id", ["", "x" * 129, ".", "..", "a\x00", "\ud800"])
def test_ids_that_could_not_be_stored_or_reached_are_refused(event_id: str) -> None:
    assert fault_of({"id": event_id})[1].pointer == "/id"


@pytest.mark.parametrize("name", ["provider", "model"])
@pytest.mark.parametrize("text", ["", "x" * 257, "a\x00b", "\udfff"])
def test_a_provider_and_a_model_have_a_text(name: str, text: str) -> None:
    assert fault_of({name: text})[1].pointer == f"/{name}"


def test_a_provider_and_a_model_may_be_as_short_as_a_character() -> None:
    replace(EVENT, provider="x", model="y").check(NOW)


@pytest.mark.parametrize("name", OPTIONAL_TEXTS)
def test_every_text_has_at_most_256_characters_that_can_be_stored(name: str) -> None:
    changes: Changes = {name: "x" * 256}
    replace(EVENT, **changes).check(NOW)
    for text, code in (
        ("x" * 257, "text_too_long"),
        ("\x00", "invalid_text"),
        ("\ud800", "invalid_text"),
    ):
        assert fault_of({name: text})[0] == code
        assert fault_of({name: text})[1].pointer == f"/{name}"


def test_every_text_of_an_event_is_checked() -> None:
    texts = {name for name, kind in ReportedEvent.__annotations__.items() if kind == str | None}
    assert texts == set(OPTIONAL_TEXTS)


@pytest.mark.parametrize("away", [timedelta(0), timedelta(minutes=10), -timedelta(days=90)])
def test_timestamps_at_the_edge_are_accepted(away: timedelta) -> None:
    replace(EVENT, timestamp=NOW + away).check(NOW)


@pytest.mark.parametrize(
    "away",
    [
        timedelta(minutes=10) + timedelta.resolution,
        -timedelta(days=90) - timedelta.resolution,
        timedelta(days=365),
    ],
)
def test_timestamps_beyond_the_edge_are_refused(away: timedelta) -> None:
    code, fault = fault_of({"timestamp": NOW + away})
    assert (code, fault.pointer) == ("invalid_timestamp", "/timestamp")


@pytest.mark.parametrize(
    "timestamp",
    [
        datetime.min.replace(tzinfo=timezone(timedelta(hours=14))),
        datetime.max.replace(tzinfo=timezone(timedelta(hours=-12))),
    ],
)
def test_the_ends_of_the_calendar_are_refused_and_not_an_error(timestamp: datetime) -> None:
    assert fault_of({"timestamp": timestamp})[0] == "invalid_timestamp"


def test_a_timestamp_without_an_offset_is_never_guessed() -> None:
    code, fault = fault_of({"timestamp": NOW.replace(tzinfo=None)})
    assert (code, fault.pointer) == ("invalid_timestamp", "/timestamp")
    assert "offset" in fault.detail


def test_any_offset_will_do() -> None:
    abroad = NOW.astimezone(timezone(timedelta(hours=-11, minutes=-30)))
    replace(EVENT, timestamp=abroad).check(NOW)


@pytest.mark.parametrize("name", ["latency_ms", "time_to_first_token_ms"])
def test_durations_last_from_nothing_to_a_day(name: str) -> None:
    for value in (0, 86_400_000, None):
        accepted: Changes = {name: value}
        replace(EVENT, **accepted).check(NOW)
    for value in (-1, 86_400_001):
        code, fault = fault_of({name: value})
        assert (code, fault.pointer) == ("invalid_number", f"/{name}")


def test_tags_at_the_edge_are_accepted() -> None:
    tags = {f"{number:064}": "v" * 256 for number in range(32)}
    replace(EVENT, tags=tags).check(NOW)
    replace(EVENT, tags={"x": ""}).check(NOW)


def test_the_thirty_third_tag_is_refused() -> None:
    code, fault = fault_of({"tags": {str(number): "" for number in range(33)}})
    assert (code, fault.pointer) == ("too_many_tags", "/tags")


@pytest.mark.parametrize("name", ["", "x" * 65, "a\x00", "\ud800"])
def test_a_tag_has_a_name_of_1_to_64_characters(name: str) -> None:
    assert fault_of({"tags": {name: "v"}})[1].pointer == "/tags"


@pytest.mark.parametrize("value", ["x" * 257, "a\x00", "\ud800"])
def test_a_refused_value_of_a_tag_is_pointed_at(value: str) -> None:
    assert fault_of({"tags": {"feature": value}})[1].pointer == "/tags/feature"


def test_a_pointer_to_a_tag_is_escaped() -> None:
    assert fault_of({"tags": {"a/b~c": "\x00"}})[1].pointer == "/tags/a~1b~0c"


@given(
    st.text(st.characters(codec=None, exclude_categories=()), max_size=300),
    st.sampled_from(["id", "model", "user", "tag", "value of a tag"]),
)
def test_whatever_is_accepted_can_be_stored(text: str, place: str) -> None:
    tags: Changes = {"tag": {text: ""}, "value of a tag": {"a": text}}
    changes: Changes = {"tags": tags[place]} if place in tags else {place: text}
    with suppress(Invalid):
        replace(EVENT, **changes).check(NOW)
        assert "\x00" not in text
        assert text.encode("utf-8").decode("utf-8") == text


FULL = replace(
    EVENT,
    usage=TokenUsage({TokenClass.INPUT: 1200}, {Unit.AUDIO_SECONDS: Decimal("1.5")}),
    provider_usage={"prompt_tokens": 7, "details": {"a": 0.5, "b": [1, None]}},
    tags={"feature": "summary", "team": "a"},
    provider_cost_usd=Decimal("0.00421"),
    latency_ms=1234,
)


def test_a_fingerprint_has_32_bytes_and_is_always_the_same() -> None:
    assert len(recorded(FULL).fingerprint) == 32
    assert recorded(FULL).fingerprint == recorded(replace(FULL)).fingerprint


@pytest.mark.parametrize(
    "same",
    [
        {"timestamp": NOW.astimezone(timezone(timedelta(hours=5, minutes=30)))},
        {"provider_cost_usd": Decimal("0.004210")},
        {"usage": TokenUsage({TokenClass.INPUT: 1200}, {Unit.AUDIO_SECONDS: Decimal("1.50")})},
        {"usage_status": UsageStatus.COMPLETE},
        {"tags": {"team": "a", "feature": "summary"}},
        {"provider_usage": {"details": {"b": [1, None], "a": 0.5}, "prompt_tokens": 7}},
    ],
)
def test_the_same_content_in_another_form_has_the_same_fingerprint(same: Changes) -> None:
    assert recorded(replace(FULL, **same)).fingerprint == recorded(FULL).fingerprint


@pytest.mark.parametrize(
    "other",
    [
        {"timestamp": NOW + timedelta.resolution},
        {"provider": "azure"},
        {"model": "gpt-4o-mini"},
        {"usage": TokenUsage({TokenClass.INPUT: 1201}, FULL.usage.units if FULL.usage else {})},
        {"usage": TokenUsage({TokenClass.INPUT: 1200})},
        {"usage": None},
        {"provider_usage": None},
        {"provider_usage": {"prompt_tokens": 8}},
        {"usage_status": UsageStatus.PARTIAL},
        {"latency_ms": 1235},
        {"latency_ms": None},
        {"time_to_first_token_ms": 0},
        {"status": Status.ERROR},
        {"provider_cost_usd": Decimal("0.004211")},
        {"provider_cost_usd": None},
        {"tags": {}},
        {"tags": {"feature": "summary", "team": "b"}},
        *({name: "x"} for name in OPTIONAL_TEXTS),
        *({name: ""} for name in OPTIONAL_TEXTS),
    ],
)
def test_other_content_has_another_fingerprint(other: Changes) -> None:
    assert recorded(replace(FULL, **other)).fingerprint != recorded(FULL).fingerprint


def test_who_received_an_event_and_when_is_no_part_of_its_content() -> None:
    first = recorded(FULL)
    again = replace(first, received_at=NOW + timedelta(hours=1), api_key_id="k2")
    assert again.fingerprint == first.fingerprint


def test_a_fraction_in_a_providers_usage_may_be_a_decimal() -> None:
    half = replace(FULL, provider_usage={"prompt_tokens": 7, "seconds": Decimal("0.5")})
    third = replace(FULL, provider_usage={"prompt_tokens": 7, "seconds": Decimal("0.3")})
    assert recorded(half).fingerprint != recorded(third).fingerprint


def test_strange_texts_in_a_providers_usage_have_a_fingerprint() -> None:
    nul = replace(FULL, provider_usage={"note": "\x00"})
    surrogate = replace(FULL, provider_usage={"note": "\ud800"})
    assert recorded(nul).fingerprint != recorded(surrogate).fingerprint


def test_an_event_is_known_by_its_senders_id() -> None:
    assert recorded(EVENT).id == "e1"
