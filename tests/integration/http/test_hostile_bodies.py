"""Bodies of events that no client of ours would send: too large, too deep, broken, mislabelled."""

import gzip
import io
import json
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.http_client import (
    EVENTS,
    Team,
    an_event,
    bearer,
    body_of,
    gzipped,
    post_bytes,
    post_lines,
    problem_of,
)
from tests.integration.http.storage import rows_in

MIB = 2**20
LARGEST_SENT = 5 * MIB
LARGEST_INFLATED = 16 * MIB
LARGEST_EVENT = 64 * 1024


@contextmanager
def nothing_stored(database_url: str) -> Iterator[None]:
    before = rows_in(database_url)
    yield
    assert rows_in(database_url) == before


def batch_bytes(*events: bytes) -> bytes:
    return b'{"events": [%b]}' % b", ".join(events)


def event_bytes(**changes: object) -> bytes:
    return json.dumps(an_event(**changes)).encode()


def of_size(size: int) -> bytes:
    """A good event of exactly so many bytes, most of them in a field that nobody reads."""
    event = event_bytes(filler="@")
    return event.replace(b'"@"', b'"' + b"x" * (size - len(event) + 1) + b'"')


def padded(body: bytes, size: int) -> bytes:
    return body + b" " * (size - len(body))


UNREADABLE = {
    "nothing": b"",
    "white space": b" \n\t ",
    "half an object": b'{"id": "a"',
    "text that is no JSON": b"hello",
    "single quotes": b"{'id': 'a'}",
    "two objects": b"{} {}",
    "something behind": b'{"events": []}x',
    "a trailing comma": b'{"events": [],}',
    "a byte order mark": b'\xef\xbb\xbf{"events": []}',
    "UTF-16": '{"events": []}'.encode("utf-16"),
    "UTF-16 without a mark": '{"events": []}'.encode("utf-16-le"),
    "UTF-32": '{"events": []}'.encode("utf-32"),
    "NUL bytes": b"\0" * 100,
    "gzip that is not declared": gzipped({"events": []}),
    "NaN": b'{"events": NaN}',
    "lines of JSON in place of JSON": b"{}\n{}\n",
}


@pytest.mark.parametrize("body", UNREADABLE.values(), ids=UNREADABLE.keys())
def test_a_body_that_cannot_be_read_is_a_bad_request(
    file_team: Team, file_database_url: str, body: bytes
) -> None:
    with nothing_stored(file_database_url):
        answer = post_bytes(file_team.app, body, file_team.key)
    problem = problem_of(answer, 400)
    assert problem["code"] == "bad_request"
    assert len(answer.data) < 1_000


OTHER_JSON = {
    "null": b"null",
    "true": b"true",
    "a number": b"1",
    "a text": b'"events"',
    "an empty list": b"[]",
    "a list of events": b"[%b]" % event_bytes(),
    "events that are null": b'{"events": null}',
    "events that are an object": b'{"events": {}}',
    "events that are a text": b'{"events": "x"}',
    "events that are a number": b'{"events": 1}',
    "no field at all": b"{}",
    "a misspelt envelope": b'{"event": []}',
}


@pytest.mark.parametrize("body", OTHER_JSON.values(), ids=OTHER_JSON.keys())
def test_json_of_another_form_is_refused_with_the_form_that_is_wanted(
    file_team: Team, file_database_url: str, body: bytes
) -> None:
    with nothing_stored(file_database_url):
        answer = post_bytes(file_team.app, body, file_team.key)
    assert problem_of(answer, 422)["detail"]


@pytest.mark.parametrize(
    "content_type",
    [
        "",
        "text/plain",
        "text/json",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/octet-stream",
        "application/cloudevents+json",
        "application/xml",
        "application/jsonx",
        "nonsense",
        "*/*",
    ],
)
def test_another_media_type_is_not_read(
    file_team: Team, file_database_url: str, content_type: str
) -> None:
    with nothing_stored(file_database_url):
        answer = post_bytes(file_team.app, event_bytes(), file_team.key, content_type=content_type)
    problem = problem_of(answer, 415)
    assert problem["code"] == "unsupported_media_type"
    assert "application/json" in problem["detail"]


@pytest.mark.parametrize(
    "content_type",
    [
        "application/json",
        "Application/JSON",
        "application/json; charset=utf-8",
        "application/json;",
    ],
)
def test_json_is_json_however_it_is_written(file_team: Team, content_type: str) -> None:
    answer = post_bytes(file_team.app, event_bytes(), file_team.key, content_type=content_type)
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "encoding", ["deflate", "br", "zstd", "compress", "gzip, gzip", "gzip,identity", "x", ";", "*"]
)
def test_another_encoding_is_not_read(
    file_team: Team, file_database_url: str, encoding: str
) -> None:
    body = gzip.compress(event_bytes())
    with nothing_stored(file_database_url):
        answer = post_bytes(file_team.app, body, file_team.key, Content_Encoding=encoding)
    assert "gzip" in problem_of(answer, 415)["detail"]


@pytest.mark.parametrize("encoding", ["gzip", "GZIP", " gzip "])
def test_gzip_is_read(file_team: Team, encoding: str) -> None:
    body = gzip.compress(event_bytes())
    answer = post_bytes(file_team.app, body, file_team.key, Content_Encoding=encoding)
    assert answer.status_code == 200


@pytest.mark.parametrize("encoding", ["identity", "", "Identity"])
def test_no_encoding_may_be_said_in_words(file_team: Team, encoding: str) -> None:
    answer = post_bytes(file_team.app, event_bytes(), file_team.key, Content_Encoding=encoding)
    assert answer.status_code == 200


_GOOD_GZIP = gzip.compress(event_bytes())
BROKEN_GZIP = {
    "nothing": b"",
    "JSON that is not compressed": event_bytes(),
    "half of it": _GOOD_GZIP[: len(_GOOD_GZIP) // 2],
    "all but the last byte": _GOOD_GZIP[:-1],
    "only the header": _GOOD_GZIP[:10],
    "a wrong checksum": _GOOD_GZIP[:-8] + b"\0\0\0\0" + _GOOD_GZIP[-4:],
    "a wrong length": _GOOD_GZIP[:-4] + b"\0\0\0\0",
    "something behind": _GOOD_GZIP + b"x",
    "a second member": _GOOD_GZIP + gzip.compress(b" "),
    "gzip in gzip": gzip.compress(_GOOD_GZIP),
    "zlib in place of gzip": zlib.compress(event_bytes()),
    "noise": bytes(range(256)) * 4,
}


@pytest.mark.parametrize("body", BROKEN_GZIP.values(), ids=BROKEN_GZIP.keys())
def test_broken_gzip_is_a_bad_request(file_team: Team, file_database_url: str, body: bytes) -> None:
    with nothing_stored(file_database_url):
        answer = post_bytes(file_team.app, body, file_team.key, Content_Encoding="gzip")
    assert problem_of(answer, 400)["code"] == "bad_request"


def test_a_bomb_is_refused_before_it_goes_off(file_team: Team, file_database_url: str) -> None:
    deflater = zlib.compressobj(9, wbits=31)
    bomb = b"".join(deflater.compress(b" " * MIB) for _ in range(256)) + deflater.flush()
    assert len(bomb) < MIB
    began = time.perf_counter()
    with nothing_stored(file_database_url):
        answer = post_bytes(file_team.app, bomb, file_team.key, Content_Encoding="gzip")
    assert problem_of(answer, 413)["code"] == "content_too_large"
    # A sixteenth of it was inflated. Generous, for a machine that does other things as well.
    assert time.perf_counter() - began < 5


def test_a_bomb_without_a_key_is_not_even_inflated(file_team: Team) -> None:
    answer = file_team.app.test_client().post(
        EVENTS,
        data=b"this would be a bad request",
        headers={"Content-Encoding": "gzip"},
        content_type="application/json",
    )
    assert problem_of(answer, 401)


SIZES = {
    "a byte under 5 MiB": (LARGEST_SENT - 1, 200),
    "5 MiB": (LARGEST_SENT, 200),
    "a byte over 5 MiB": (LARGEST_SENT + 1, 413),
    "6 MiB": (6 * MIB, 413),
}


@pytest.mark.parametrize(("size", "status"), SIZES.values(), ids=SIZES.keys())
@pytest.mark.parametrize("way", ["with its length", "in chunks"])
def test_a_body_may_have_5_mib_as_sent(
    file_team: Team, file_database_url: str, size: int, status: int, way: str
) -> None:
    body = padded(batch_bytes(event_bytes()), size)
    before = rows_in(file_database_url)
    send = _in_chunks if way == "in chunks" else post_bytes
    answer = send(file_team.app, body, file_team.key)
    if status == 200:
        assert body_of(answer)["accepted"] == 1
    else:
        assert problem_of(answer, 413)["code"] == "content_too_large"
        assert rows_in(file_database_url) == before


def _in_chunks(app: Any, body: bytes, key: str) -> TestResponse:
    """A body without a length, as a server hands over one that came in chunks."""
    answer: TestResponse = app.test_client().post(
        EVENTS,
        input_stream=io.BytesIO(body),
        content_type="application/json",
        headers=bearer(key) | {"Transfer-Encoding": "chunked"},
        environ_overrides={"wsgi.input_terminated": True},
    )
    return answer


@pytest.mark.parametrize(
    ("size", "status"),
    [(LARGEST_INFLATED, 200), (LARGEST_INFLATED + 1, 413), (2 * LARGEST_INFLATED, 413)],
    ids=["16 MiB", "a byte over 16 MiB", "32 MiB"],
)
def test_a_body_may_have_16_mib_when_it_is_inflated(
    file_team: Team, size: int, status: int
) -> None:
    body = gzip.compress(padded(batch_bytes(event_bytes()), size), 1)
    answer = post_bytes(file_team.app, body, file_team.key, Content_Encoding="gzip")
    assert answer.status_code == status


def test_a_compressed_body_may_have_5_mib_as_sent(file_team: Team, file_database_url: str) -> None:
    # Stored blocks, so that it is as large as what it holds.
    body = gzip.compress(padded(batch_bytes(event_bytes()), LARGEST_SENT), 0)
    with nothing_stored(file_database_url):
        answer = post_bytes(file_team.app, body, file_team.key, Content_Encoding="gzip")
    assert problem_of(answer, 413)


@pytest.mark.parametrize("number", [999, 1000])
def test_a_request_may_hold_a_thousand_events(team: Team, number: int) -> None:
    events = [an_event() for _ in range(number)]
    assert team.send(*events)["accepted"] == number
    assert team.usage()["totals"]["calls"] == number


@pytest.mark.parametrize("number", [1001, 2000])
@pytest.mark.parametrize("send", [post_bytes, post_lines], ids=["in JSON", "in lines"])
def test_more_than_a_thousand_events_are_refused_as_a_whole(
    file_team: Team, file_database_url: str, number: int, send: Callable[..., TestResponse]
) -> None:
    events = [event_bytes() for _ in range(number)]
    body = events if send is post_lines else batch_bytes(*events)
    with nothing_stored(file_database_url):
        answer = send(file_team.app, body, file_team.key)
    assert "1000" in problem_of(answer, 413)["detail"]


def test_a_thousand_refused_events_are_refused_one_by_one(team: Team) -> None:
    answer = team.send(*[an_event(id="") for _ in range(1000)])
    assert answer["rejected"] == len(answer["results"]) == 1000


@pytest.mark.parametrize("size", [LARGEST_EVENT - 1, LARGEST_EVENT])
def test_an_event_may_have_64_kib(file_team: Team, size: int) -> None:
    event = of_size(size)
    assert len(event) == size
    answer = post_bytes(file_team.app, batch_bytes(event), file_team.key)
    assert body_of(answer)["accepted"] == 1


@pytest.mark.parametrize("size", [LARGEST_EVENT + 1, 10 * LARGEST_EVENT])
def test_a_larger_event_is_refused_alone(file_team: Team, size: int) -> None:
    bad, good = of_size(size), event_bytes()
    answers = [
        post_bytes(file_team.app, batch_bytes(bad, good, bad), file_team.key),
        post_lines(file_team.app, [bad, event_bytes(), bad], file_team.key),
    ]
    for answer in map(body_of, answers):
        assert (answer["accepted"], answer["rejected"]) == (1, 2)
        assert {each["code"] for each in answer["results"]} == {"event_too_large"}
        assert {each["id"] for each in answer["results"]} == {json.loads(bad)["id"]}
    assert problem_of(post_bytes(file_team.app, bad, file_team.key), 422)


def nested(depth: int, kind: str) -> bytes:
    """JSON with so many levels."""
    if kind == "lists":
        return b"[" * depth + b"]" * depth
    return b'{"a":' * (depth - 1) + b"{}" + b"}" * (depth - 1)


def deep_event(field: str, depth: int, kind: str) -> bytes:
    """An event with so many levels below its own, in a field or in an object of that field."""
    inner = nested(depth, kind)
    if field in ("tags", "provider_usage"):
        inner = b'{"deep": %b}' % nested(depth - 1, kind)
    return event_bytes(**{field: "@"}).replace(b'"@"', inner)


FIELDS = ["tags", "provider_usage", "usage", "project", "unheard_of"]


@pytest.mark.parametrize("kind", ["lists", "objects"])
@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("depth", [32, 33, 999, 1_000, 20_000])
def test_an_event_that_is_too_deep_is_refused_alone(
    file_team: Team, field: str, depth: int, kind: str
) -> None:
    bad = deep_event(field, depth, kind)
    answers = [
        post_bytes(
            file_team.app,
            batch_bytes(bad, event_bytes(), bad, event_bytes(), bad),
            file_team.key,
        ),
        post_lines(file_team.app, [bad, event_bytes(), bad, event_bytes(), bad], file_team.key),
    ]
    for answer in answers:
        assert answer.status_code == 200, answer.text
        fates = body_of(answer)
        assert (fates["accepted"], fates["rejected"]) == (2, 3)
        assert {each["index"] for each in fates["results"]} == {0, 2, 4}
        codes = {each["code"] for each in fates["results"]}
        assert codes <= {"event_too_deep", "event_too_large"}
    assert problem_of(post_bytes(file_team.app, bad, file_team.key), 422)


@pytest.mark.parametrize("field", ["provider_usage", "unheard_of"])
@pytest.mark.parametrize("kind", ["lists", "objects"])
def test_an_event_may_have_32_levels(file_team: Team, field: str, kind: str) -> None:
    event = deep_event(field, 31, kind)
    answer = post_bytes(file_team.app, batch_bytes(event), file_team.key)
    assert body_of(answer)["accepted"] == 1, answer.text


def test_brackets_in_texts_are_no_levels(file_team: Team) -> None:
    for text in ("[" * 200, "{" * 200, '\\"[' * 60, '["' * 60):
        answer = post_bytes(file_team.app, event_bytes(project=text), file_team.key)
        assert answer.status_code == 200, answer.text


@pytest.mark.parametrize("kind", ["lists", "objects"])
@pytest.mark.parametrize("depth", [33, 1_000, 100_000])
@pytest.mark.parametrize(
    "form",
    ["{}", '{"events": {}}', '{"events": [{}]}', '{"other": {}, "events": []}', '{"id": {}'],
    ids=["whole", "events", "an event", "beside the events", "torn"],
)
def test_a_body_of_any_depth_is_answered_clearly(
    file_team: Team, file_database_url: str, form: str, depth: int, kind: str
) -> None:
    before, _, after = form.partition("{}")
    body = before.encode() + nested(depth, kind) + after.encode()
    began = time.perf_counter()
    with nothing_stored(file_database_url):
        answer = post_bytes(file_team.app, body, file_team.key)
    assert answer.status_code in (200, 400, 413, 422), answer.text
    assert time.perf_counter() - began < 5
    if answer.status_code == 200:
        assert body_of(answer)["accepted"] == 0
    else:
        assert problem_of(answer, answer.status_code)["detail"]


@pytest.mark.parametrize("opening", [b"[", b"{", b'{"a":', b'["', b'"[', b"[{", b"]", b"}"])
def test_five_mib_of_brackets_are_refused_in_reasonable_time(
    file_team: Team, opening: bytes
) -> None:
    body = (opening * (LARGEST_SENT // len(opening)))[:LARGEST_SENT]
    for wrapped in (body, b'{"events":[' + body[:-20]):
        began = time.perf_counter()
        answer = post_bytes(file_team.app, wrapped, file_team.key)
        assert answer.status_code in (400, 422)
        assert problem_of(answer, answer.status_code)["detail"]
        assert time.perf_counter() - began < 10


def test_of_a_key_that_comes_twice_the_last_counts(file_team: Team) -> None:
    event = event_bytes(project="first")
    twice = event[:-1] + b', "project": "second"}'
    assert post_bytes(file_team.app, twice, file_team.key).status_code == 200
    assert file_team.event(json.loads(event)["id"])["project"] == "second"


def test_of_two_lists_of_events_the_last_counts(file_team: Team) -> None:
    body = b'{"events": [%b], "events": [%b]}' % (event_bytes(), event_bytes(project="last"))
    assert body_of(post_bytes(file_team.app, body, file_team.key))["accepted"] == 1


def test_what_stands_beside_the_events_is_ignored(file_team: Team) -> None:
    body = b'{"sdk": {"version": "9"}, "events": [%b], "id": 1}' % event_bytes()
    assert body_of(post_bytes(file_team.app, body, file_team.key))["accepted"] == 1
