"""Events that cannot be what they say: each is refused alone, with the reason and the place."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.http_client import (
    Team,
    ago,
    an_event,
    body_of,
    post,
    post_bytes,
    post_lines,
    problem_of,
)
from tests.integration.http.storage import rows_in

TEXTS = (
    "id",
    "provider",
    "model",
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
)
REQUIRED = ("id", "timestamp", "provider", "model")
DURATIONS = ("latency_ms", "time_to_first_token_ms")
ABSENT = object()


class Raw(str):
    """JSON text to be put into an event as it is, whether it is JSON or not."""

    __slots__ = ()


#: One more than Python turns into a number without being asked.
TOO_MANY_DIGITS = Raw("1" + "0" * 4300)


def event_bytes(**changes: object) -> bytes:
    """An event as JSON; `Raw` values are put in unchanged, `ABSENT` ones left out."""
    event = {name: value for name, value in an_event(**changes).items() if value is not ABSENT}
    raw = {name: value for name, value in event.items() if isinstance(value, Raw)}
    marked = event | {name: f"@@{name}@@" for name in raw}
    text = json.dumps(marked)
    for name, value in raw.items():
        text = text.replace(f'"@@{name}@@"', value)
    return text.encode("utf-8", "surrogatepass")


#: Its name, the changes to an event, and the pointer of the fault.
Poison = tuple[str, dict[str, Any], str]


def _text_poisons() -> Iterator[Poison]:
    wrong: object
    for name in REQUIRED:
        yield f"no {name}", {name: ABSENT}, ""
        yield f"null as {name}", {name: None}, f"/{name}"
    for name in TEXTS:
        for wrong in (1, 1.5, True, [], {}, ["x"]):
            yield f"{json.dumps(wrong)} as {name}", {name: wrong}, f"/{name}"
        yield f"NUL in {name}", {name: "a\0b"}, f"/{name}"
        yield f"a long {name}", {name: "x" * 257}, f"/{name}"
    for name in ("id", "provider", "model"):
        yield f"an empty {name}", {name: ""}, f"/{name}"
    for event_id in (".", "..", "x" * 129, "x" * 10_000, "\U0001f98a" * 129):
        yield f"the id {event_id[:12]}", {"id": event_id}, "/id"
    for name in ("status", "usage_status"):
        for wrong in ("", "SUCCESS", "ok", 1, True, [], {}):
            yield f"{json.dumps(wrong)} as {name}", {name: wrong}, f"/{name}"


def _time_poisons() -> Iterator[Poison]:
    for name in DURATIONS:
        for number in (-1, 86_400_001, 1.5, 2**63, 2**64, -(2**63)):
            yield f"{number} as {name}", {name: number}, f"/{name}"
        yield f"4,301 digits as {name}", {name: TOO_MANY_DIGITS}, f"/{name}"
        for text in ("1e400", "-1e400", '"1"', "true", "[]", "{}", "1e-400"):
            yield f"{text} as {name}", {name: Raw(text)}, f"/{name}"
    for timestamp in BAD_TIMESTAMPS:
        yield f"the time {timestamp}"[:60], {"timestamp": timestamp}, "/timestamp"
    for name, timestamp in (("91 days back", ago(days=91)), ("a day ahead", ago(days=-1))):
        yield f"the time {name}", {"timestamp": timestamp}, "/timestamp"


BAD_TIMESTAMPS: list[object] = [
    "",
    "now",
    "yesterday",
    "infinity",
    "-infinity",
    "epoch",
    "0000-01-01T00:00:00Z",
    "0001-01-01T00:00:00Z",
    "0001-01-01T00:00:00+23:59",
    "9999-12-31T23:59:59Z",
    "9999-12-31T23:59:59-23:59",
    "10000-01-01T00:00:00Z",
    "+10000-01-01T00:00:00Z",
    "-0001-01-01T00:00:00Z",
    "2026-11-23T08:00:00",
    "2026-11-23",
    "2026-11-23T08:00Z",
    "2026-11-23T24:00:00Z",
    "2026-11-23T08:60:00Z",
    "2026-11-23T08:00:60Z",
    "2026-11-23T08:00:61Z",
    "2026-02-29T08:00:00Z",
    "2026-13-01T08:00:00Z",
    "2026-11-31T08:00:00Z",
    "2026-11-23T08:00:00+24:00",
    "2026-11-23T08:00:00+99:99",
    "2026-11-23T08:00:00 UTC",
    "2026-W48-1T08:00:00Z",
    "20261123T080000Z",
    "1763884800",
    1763884800,
    1763884800000,
    1.5,
    True,
    [],
    {},
    "\u0662\u0660\u0662\u0666-11-23T08:00:00Z",
    "2026-11-23T08:00:00Z\0",
    "2026-11-23T08:00:00Z\n",
    " 2026-11-23T08:00:00Z",
    "2026-11-23T08:00:00.Z",
    "2026-11-23T08:00:00.1234567890123Z",
    "x" * 5000,
]


def _usage_poisons() -> Iterator[Poison]:
    for wrong in (1, True, "x", [], [1]):
        yield f"{json.dumps(wrong)} as usage", {"usage": wrong}, "/usage"
        if not isinstance(wrong, list) or wrong:
            yield f"{json.dumps(wrong)} as provider's", {"provider_usage": wrong}, "/provider_usage"
    for name in ("input", "cache_read", "output_audio", "requests", "images"):
        for number in ("-1", "1000000001", "1.5", "1e400", "1e-400", "1e9999999999", '"1"', "true"):
            yield f"{number} as {name}", {"usage": Raw(f'{{"{name}": {number}}}')}, f"/usage/{name}"
    for number in ("-0.1", "1000000000.1", "0.1234567891", "1e400", "1e-400", '"1"', "[]", "{}"):
        usage = Raw(f'{{"audio_seconds": {number}}}')
        yield f"{number} seconds", {"usage": usage}, "/usage/audio_seconds"
    for name in ("inputs", "INPUT", "", "total", "prompt_tokens", "\u00e9"):
        yield f"the class {name!r}", {"usage": {name: 1}}, f"/usage/{name}"
    many = Raw(f'{{"input": {TOO_MANY_DIGITS}}}')
    yield "4,301 digits of usage", {"usage": many}, "/usage"


def _money_poisons() -> Iterator[Poison]:
    pointer = "/provider_cost_usd"
    for amount in (
        '"NaN"', '"sNaN"', '"Infinity"', '"-Infinity"', '"1e400"', "1e400", "-1", '"-0.01"',
        "1000000.01", '"1000001"', '""', '"x"', '"0x10"', '"1,5"', '"$1"', "true", "[]", "{}",
        '"0.0000000000000000000000000000001"', "1e-31", '"1e-400"', TOO_MANY_DIGITS,
        '"1\\u0000"', '"1' + "0" * 5000 + '"',
    ):  # fmt: skip
        yield f"{amount[:20]} dollars", {"provider_cost_usd": Raw(amount)}, pointer


def _tag_poisons() -> Iterator[Poison]:
    for wrong in (1, True, "x", [], ["x"]):
        yield f"{json.dumps(wrong)} as tags", {"tags": wrong}, "/tags"
    yield "33 tags", {"tags": {f"t{number}": "x" for number in range(33)}}, "/tags"
    yield "a tag without a name", {"tags": {"": "x"}}, "/tags"
    yield "a tag with a long name", {"tags": {"x" * 65: "x"}}, "/tags"
    yield "a tag with NUL in its name", {"tags": {"a\0": "x"}}, "/tags"
    yield "a tag with a long value", {"tags": {"a": "x" * 257}}, "/tags/a"
    yield "a tag with NUL in its value", {"tags": {"a": "x\0"}}, "/tags/a"
    yield "a tag with a list", {"tags": {"a": [1]}}, "/tags/a"
    yield "a tag with an object", {"tags": {"a/b~c": {}}}, "/tags/a~1b~0c"
    yield "a tag with 1e400", {"tags": Raw('{"a": 1e400}')}, "/tags/a"
    many = Raw(f'{{"a": {TOO_MANY_DIGITS}}}')
    yield "a tag with 4,301 digits", {"tags": many}, "/tags/a"


POISONS = [
    *_text_poisons(),
    *_time_poisons(),
    *_usage_poisons(),
    *_money_poisons(),
    *_tag_poisons(),
]


@pytest.mark.parametrize(
    ("changes", "pointer"), [it[1:] for it in POISONS], ids=[it[0] for it in POISONS]
)
def test_it_is_refused_alone_wherever_it_stands_in_a_batch(
    file_team: Team, changes: dict[str, Any], pointer: str
) -> None:
    bad, good = event_bytes(**changes), [event_bytes(), event_bytes()]
    body = b'{"events": [%b]}' % b",".join([bad, good[0], bad, good[1], bad])
    answer = post_bytes(file_team.app, body, file_team.key)
    assert answer.status_code == 200, answer.text
    fates = body_of(answer)
    assert (fates["accepted"], fates["rejected"]) == (2, 3), fates
    for result, index in zip(fates["results"], (0, 2, 4), strict=True):
        assert (result["index"], result["status"]) == (index, "rejected")
        assert result["code"]
        assert result["detail"]
        assert result["pointer"] == pointer, result


@pytest.mark.parametrize("changes", [it[1] for it in POISONS], ids=[it[0] for it in POISONS])
def test_alone_it_is_a_problem_and_nothing_of_it_is_stored(
    file_team: Team, file_database_url: str, changes: dict[str, Any]
) -> None:
    before = rows_in(file_database_url)
    answer = post_bytes(file_team.app, event_bytes(**changes), file_team.key)
    problem = problem_of(answer, 422)
    assert problem["errors"][0]["detail"]
    assert len(answer.data) < 2_000, "what was sent is not repeated at length"
    assert rows_in(file_database_url) == before


UNREADABLE = {
    "NaN": b"NaN",
    "Infinity": b"Infinity",
    "-Infinity": b"-Infinity",
    "a bare word": b"undefined",
    "a number with a plus": b"+1",
    "a number with a leading zero": b"01",
    "a hexadecimal number": b"0x10",
    "single quotes": b"'x'",
    "an unclosed text": b'"x',
    "an unclosed list": b"[1",
    "a raw NUL": b'"a\x00b"',
    "a raw line break in a text": b'"a\nb"',
    "a byte that is not UTF-8": b'"a\xffb"',
    "a raw lone surrogate": b'"a\xed\xa0\x80b"',
    "an overlong NUL": b'"a\xc0\x80b"',
    "an escaped lone high surrogate": b'"a\\ud800b"',
    "an escaped lone low surrogate": b'"a\\udc00b"',
    "surrogates in the wrong order": b'"\\udc00\\ud800"',
    "a bad escape": b'"\\x41"',
    "a comment": b"1 /* one */",
}


@pytest.mark.parametrize("name", ["project", "model", "latency_ms", "provider_usage"])
@pytest.mark.parametrize("value", UNREADABLE.values(), ids=UNREADABLE.keys())
def test_a_line_that_is_not_json_is_refused_alone(file_team: Team, value: bytes, name: str) -> None:
    bad = event_bytes(**{name: "@@"}).replace(b'"@@"', value)
    good = [event_bytes(), event_bytes()]
    answer = post_lines(file_team.app, [bad, good[0], bad, good[1], bad], file_team.key)
    assert answer.status_code == 200, answer.text
    fates = body_of(answer)
    # A line break ends a line, so that one is two bad lines.
    assert (fates["accepted"], fates["rejected"]) == (2, 6 if b"\n" in value else 3), fates


@pytest.mark.parametrize("value", UNREADABLE.values(), ids=UNREADABLE.keys())
def test_a_body_that_is_not_json_is_refused_as_a_whole_or_in_that_part(
    file_team: Team, file_database_url: str, value: bytes
) -> None:
    before = rows_in(file_database_url)
    bad = event_bytes(project="@@").replace(b'"@@"', value)
    single = post_bytes(file_team.app, bad, file_team.key)
    assert problem_of(single, single.status_code)
    assert single.status_code in (400, 422)
    assert rows_in(file_database_url) == before
    batch = post_bytes(file_team.app, b'{"events": [%b, %b]}' % (bad, event_bytes()), file_team.key)
    assert batch.status_code in (200, 400)
    if batch.status_code == 200:
        assert body_of(batch)["rejected"] == 1
    else:
        assert rows_in(file_database_url) == before


PROVIDERS_USAGE: list[dict[str, Any]] = [
    {},
    {"input_tokens": -1},
    {"input_tokens": 10**30},
    {"input_tokens": 10**9 + 1},
    {"input_tokens": 1.5},
    {"input_tokens": "12"},
    {"input_tokens": True},
    {"input_tokens": None},
    {"input_tokens": []},
    {"input_tokens": {"a": 1}},
    {"input_tokens": 1e300},
    {"input_tokens": 5, "output_tokens": "x", "cache_creation": 7},
    {"input_tokens": 5, "cache_creation": []},
    {"input_tokens": 5, "cache_creation": {"ephemeral_5m_input_tokens": "x"}},
    {"prompt_tokens": 5, "prompt_tokens_details": 1},
    {"prompt_tokens": 5, "prompt_tokens_details": {"cached_tokens": 50}},
    {"prompt_tokens": 5, "prompt_tokens_details": {"cached_tokens": -50}},
    {"prompt_tokens": 5, "prompt_tokens_details": [1]},
    {"promptTokenCount": 5, "promptTokensDetails": {"modality": 1}},
    {"promptTokenCount": 5, "promptTokensDetails": [1, None, {"modality": 1, "tokenCount": "x"}]},
    {"promptTokenCount": 5, "promptTokensDetails": [{"modality": [], "tokenCount": 1}]},
    {"promptTokenCount": "x" * 1000},
    {"seconds": -1, "type": "duration"},
    {"seconds": 1e308, "type": "duration"},
    {"cost": "NaN", "prompt_tokens": 1},
    {"cost": -1, "prompt_tokens": 1},
    {"cost": 1e308, "prompt_tokens": 1},
    {"cost": {"total_cost": "x"}, "prompt_tokens": 1},
    {"cost": [], "prompt_tokens": 1},
    {"cost_in_usd_ticks": -1, "prompt_tokens": 1},
    {"cost_in_usd_ticks": 10**40, "prompt_tokens": 1},
    {"cost_in_usd_ticks": 1.5, "prompt_tokens": 1},
    {"service_tier": 1, "input_tokens": 1},
    {"service_tier": "x" * 5000, "input_tokens": 1},
    {"service_tier": [], "speed": {}, "inference_geo": 1, "input_tokens": 1},
    {"x": "\0"},
    {"\0": 1},
    {"x" * 5000: 1},
    {"server_tool_use": {"web_search_requests": -5}},
    {"server_tool_use": {"web_search_requests": 10**20}},
    {"server_tool_use": 3},
]


@pytest.mark.parametrize("provider", ["openai", "anthropic", "google", "xai", "openrouter", "who"])
@pytest.mark.parametrize("usage", PROVIDERS_USAGE, ids=lambda usage: json.dumps(usage)[:60])
def test_a_strange_object_of_a_provider_is_kept_or_refused_and_always_readable(
    file_team: Team, provider: str, usage: dict[str, Any]
) -> None:
    event = an_event(provider=provider, model="m", usage=None, provider_usage=usage)
    answer = post(file_team.app, event, file_team.key)
    assert answer.status_code in (200, 422), answer.text
    if answer.status_code == 200:
        shown = file_team.event(event["id"])
        assert shown["provider_usage"] == usage
        assert all(quantity >= 0 for quantity in shown["usage"].values())
    else:
        assert problem_of(answer, 422)


GOOD_TIMESTAMPS = {
    "89 days back": ago(days=89),
    "nine minutes ahead": ago(minutes=-9),
    "a zero offset in digits": ago(hours=1).replace("Z", "+00:00"),
    "an unknown offset": ago(hours=1).replace("Z", "-00:00"),
    "small letters": ago(hours=1).replace("T", "t").replace("Z", "z"),
    "a space in place of the T": ago(hours=1).replace("T", " "),
    "an offset of half an hour": ago(hours=10).replace("Z", "-09:30"),
    "whole seconds": ago(hours=1)[:19] + "Z",
    "nanoseconds": ago(hours=1)[:19] + ".123456789Z",
}


@pytest.mark.parametrize("timestamp", GOOD_TIMESTAMPS.values(), ids=GOOD_TIMESTAMPS.keys())
def test_a_time_as_rfc_3339_writes_it_is_accepted(file_team: Team, timestamp: str) -> None:
    event = an_event(timestamp=timestamp)
    assert file_team.send(event)["accepted"] == 1
    assert file_team.event(event["id"])["timestamp"].endswith("Z")


def test_a_time_is_kept_to_the_microsecond_in_utc(file_team: Team) -> None:
    day = ago(days=2)[:10]
    event = an_event(timestamp=f"{day}T13:45:30.123456789+05:45")
    file_team.send(event)
    assert file_team.event(event["id"])["timestamp"] == f"{day}T08:00:30.123456Z"


def test_after_all_of_that_every_stored_event_can_be_read(file_team: Team) -> None:
    cursor: str | None = None
    seen = 0
    while True:
        query: dict[str, Any] = {"view": "queries", "limit": 500, "from": ago(days=95)}
        query["to"] = ago(minutes=-15)
        page = file_team.usage(**query, **({"cursor": cursor} if cursor else {}))
        seen += len(page["data"])
        cursor = page["next_cursor"]
        if cursor is None:
            break
    query.pop("view")
    assert seen == file_team.usage(**{**query, "limit": 1})["totals"]["calls"] > 0


@pytest.mark.parametrize(
    ("provider", "usage"),
    [
        ("bedrock", {"inputTextTokenCount": 1, "results": [{"tokenCount": 10**9}] * 2}),
        ("google", {"promptTokenCount": 10**9, "toolUsePromptTokenCount": 10**9}),
    ],
)
def test_counts_whose_sum_no_column_holds_never_sink_the_other_events(
    file_team: Team, provider: str, usage: dict[str, Any]
) -> None:
    bad = an_event(provider=provider, model="m", usage=None, provider_usage=usage)
    told = file_team.send(bad, an_event())
    assert (told["accepted"], told["rejected"]) == (1, 1)
    assert told["results"][0]["code"] == "invalid_usage"
