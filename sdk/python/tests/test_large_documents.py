"""What is read of a large answer is what reading all of it would give, and takes no time."""

import json
import types
from collections.abc import Callable, Iterator
from typing import Any

import cohere
import httpx
import httpx2
import openai
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from fakes.recorder import Recorder
from truecompute import _documents
from truecompute._calls import Call
from truecompute._documents import read
from truecompute._http_watch import watch_body
from truecompute._watches import OpenStreams, Watch

NAMES = ("usage", "model", "id", "service_tier", "background")
USAGE = {"prompt_tokens": 8, "details": {"cached": 3}, "total_tokens": 8}
#: What is long in these tests.
LONG = 40
#: What a reader that only looks for words would take for something else.
ODD_TEXTS = st.sampled_from([
    '"usage": {"a": 1}}', '\\"usage\\": 1', "\\", '\\"', '","model":"x"', "]}", '[{"', "é\u2028𝄞",
    '"', "web_search_call", "usage", "\\\\", '{"usage":{"total_tokens":1}}', "\ud83d",
])  # fmt: skip
TEXTS = st.one_of(
    ODD_TEXTS,
    st.text(max_size=12),
    st.lists(ODD_TEXTS, min_size=1, max_size=12).map("".join),
    st.builds(lambda text, times: text * times, ODD_TEXTS, st.integers(10, 60)),
)
NUMBERS = st.one_of(st.integers(), st.floats(allow_nan=False, allow_infinity=False))
LEAVES = st.one_of(TEXTS, NUMBERS, st.booleans(), st.none(), st.lists(NUMBERS, max_size=30))
KEYS = st.one_of(st.sampled_from([*NAMES, "data", "output", "type", 'a"usage', "\\"]), st.text())
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(st.lists(inner, max_size=5), st.dictionaries(KEYS, inner, max_size=5)),
    max_leaves=25,
)
#: Fields that readers ask for, as they are: short.
SHORT = st.one_of(
    st.none(), st.booleans(), st.integers(), ODD_TEXTS.filter(lambda text: len(text) < 9),
    st.just(USAGE),
)  # fmt: skip


@st.composite
def documents(draw: st.DrawFn) -> bytes:
    """Objects with the fields of answers at any place, written in any of JSON's ways."""
    others = draw(st.dictionaries(KEYS.filter(lambda key: key not in NAMES), VALUES, max_size=5))
    told = draw(st.dictionaries(st.sampled_from(NAMES), SHORT, max_size=5))
    fields = draw(st.permutations([*others.items(), *told.items()]))
    style: dict[str, Any] = draw(st.sampled_from([
        {}, {"separators": (",", ":")}, {"indent": 1}, {"separators": (" ,\n", " : ")}
    ]))  # fmt: skip
    is_ascii = draw(st.booleans())
    text = json.dumps(dict(fields), ensure_ascii=is_ascii, **style)
    return text.encode("utf-8", "surrogatepass" if is_ascii else "replace")


def _is_thinned(whole: Any, found: Any) -> bool:
    """Whether two documents are the same but for long texts and arrays of numbers."""
    if isinstance(whole, dict):
        short = (key for key in whole if key and not _is_long(key))  # the others may be empty
        return all(_is_thinned(whole[key], found.get(key)) for key in short)
    if isinstance(whole, list) and len(whole) == len(found):
        return all(map(_is_thinned, whole, found))
    if isinstance(whole, list):
        return found == [] and not any(isinstance(each, str) for each in whole)
    return whole == found or (found == "" and _is_long(whole))


def _is_long(value: Any) -> bool:
    return len(json.dumps(value)) > LONG


@pytest.fixture(scope="module")
def small() -> Iterator[pytest.MonkeyPatch]:
    """Whatever makes a document large is small here."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(_documents, "_LARGE", 2)
        patched.setattr(_documents, "_LONG", LONG)
        yield patched


ANY = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@ANY
@given(document=documents())
def test_the_fields_of_any_document_are_those_of_reading_it_whole(
    document: bytes, small: pytest.MonkeyPatch
) -> None:
    whole = json.loads(document)
    found = read(document)
    assert {name: found.get(name) for name in NAMES} == {name: whole.get(name) for name in NAMES}
    assert _is_thinned(whole, found)


@ANY
@given(document=documents(), edge=st.integers(4, 400), sparse=st.sampled_from([0, 1]))
@example(document=b'{"a":"x\\\\","usage":{"a":1},"model":"m"}', edge=35, sparse=0)
@example(document=b'{"a\\"usage":{"x":1},"b":2}', edge=25, sparse=0)
@example(document=b'{"id":"x","a":[{"usage":1},{"b":1}],"usage":2,"x":[]}', edge=16, sparse=1)
def test_so_are_they_where_only_its_edges_are_read(
    document: bytes, edge: int, sparse: int, small: pytest.MonkeyPatch
) -> None:
    whole = json.loads(document)
    with small.context() as patched:
        patched.setattr(_documents, "_MOST_STEPS", -1)
        patched.setattr(_documents, "_EDGE", edge)
        patched.setattr(_documents, "_SPARSE", sparse)
        found = read(document)
    assert {name: found.get(name) for name in NAMES} == {name: whole.get(name) for name in NAMES}
    assert found == {key: whole[key] for key in found}


VECTOR = [n / 7 for n in range(1, 1537)]
IMAGE = "A" * 4_000_000
LARGE: dict[str, dict[str, Any]] = {
    "embeddings": {"data": [{"index": n, "embedding": VECTOR} for n in range(200)]},
    "many embeddings": {"data": [{"index": n, "embedding": VECTOR[:99]} for n in range(4000)]},
    "arrays in arrays": {"embeddings": [VECTOR] * 200},
    "an image": {"data": [{"b64_json": IMAGE}]},
    "an image in an answer": {"response": {"output": [{"result": IMAGE}], "usage": USAGE}},
    "probabilities": {"choices": [{"token": " the", "logprob": -0.25, "bytes": [32]}] * 60_000},
    "texts with quotes": {"choices": [{"content": 'say "hi" \\ ' * 200_000}]},
}  # fmt: skip


@pytest.mark.parametrize("kind", LARGE)
def test_of_a_large_document_little_is_parsed(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def loads(text: bytes) -> Any:
        parsed.append(len(text))
        return json.loads(text)

    parsed: list[int] = []
    document = json.dumps({"id": "1", **LARGE[kind], "model": "m", "usage": USAGE}).encode()
    monkeypatch.setattr(_documents, "json", types.SimpleNamespace(loads=loads))
    assert read(document)["usage"] == USAGE
    assert max(parsed) < len(document) / 4


def test_what_is_no_json_is_refused_and_what_is_counted_is_there() -> None:
    with pytest.raises(ValueError, match="Expecting"):
        read(b'{"usage": ' + b" " * 300_000)
    searches = [{"type": "web_search_call", "action": {"queries": ["a"] * 9}}] * 4_000
    document = {"id": "1", "model": "m", "output": searches, "usage": USAGE}
    assert read(json.dumps(document).encode()) == document
    encoded = json.dumps({"text": "x" * 300_000}).encode("utf-16-le")
    assert len(read(encoded)["text"]) == 300_000


class Response:
    """An answer whose body comes in pieces."""

    def __init__(self, pieces: list[bytes], kind: str) -> None:
        self.headers = {"content-type": kind}
        self.iter_bytes: Callable[[], Iterator[bytes]] = lambda: iter(pieces)


def _read_of(pieces: list[bytes], recorder: Recorder, kind: str) -> list[Any]:
    """The documents that a watch sees of a body that comes so."""
    seen: list[Any] = []
    reporter: Any = recorder.client.reporter

    def sees(document: Any, _: Any) -> bool:
        seen.append(document)
        return False

    call = Call(reporter, "openai", "m", "chat", None)
    response = Response(pieces, kind)
    watch_body(response, Watch(call, sees, OpenStreams(lambda: None)))
    assert list(response.iter_bytes()) == pieces
    return seen


@pytest.mark.parametrize("size", [1, 2, 3, 5, 7, 16, 1000])
@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_events_are_the_same_however_the_body_is_cut(
    size: int, end: bytes, recorder: Recorder
) -> None:
    lines = [
        b": ping",
        b'data: {"a": "1"}',
        b"",
        b'data:{"b": "\xc3\xa9"}',
        b'{"c": 3}',
        b"data: [DONE]",
    ]
    body = end.join([*lines, b'data: {"d": 4}'])  # the last line does not end
    pieces = [body[at : at + size] for at in range(0, len(body), size)]
    seen = _read_of(pieces, recorder, "text/event-stream")
    assert seen == [{"a": "1"}, {"b": "é"}, {"c": 3}, {"d": 4}]


def test_a_long_line_is_put_together_from_small_pieces(recorder: Recorder) -> None:
    body = b"data: " + json.dumps({"b64_json": IMAGE, "usage": USAGE}).encode() + b"\n\n"
    pieces = [body[at : at + 1024] for at in range(0, len(body), 1024)]
    (seen,) = _read_of(pieces, recorder, "text/event-stream")
    assert seen["usage"] == USAGE


@pytest.mark.parametrize("kind", ["text/event-stream", "application/json"])
def test_a_line_or_body_that_is_too_large_is_passed_on_and_the_next_is_read(
    kind: str, recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("truecompute._http_watch._MOST_BYTES", 100)
    long = [b'data: {"a": "', *[b"x" * 30] * 5, b'{"b": 1}', b'"}\n', b'data: {"c": 2}\n']
    assert _read_of(long, recorder, kind) == ([{"c": 2}] if "event" in kind else [])


EMBEDDINGS = json.dumps({
    "object": "list",
    "data": [{"object": "embedding", "index": n, "embedding": VECTOR} for n in range(16)],
    "model": "text-embedding-3-small",
    "usage": {"prompt_tokens": 8, "total_tokens": 8},
}).encode()  # fmt: skip


def test_large_raw_answers_are_events_with_their_usage(recorder: Recorder) -> None:
    answer = httpx2.Response(200, content=EMBEDDINGS, headers={"content-type": "application/json"})
    http = httpx2.Client(transport=httpx2.MockTransport(lambda _: answer))
    with openai.OpenAI(api_key="k", base_url="http://x/v1", http_client=http) as client:
        recorder.client.wrap(client)
        asked: dict[str, Any] = {"model": "m", "input": ["x"], "encoding_format": "float"}
        raw = client.embeddings.with_raw_response.create(**asked)
        assert len(raw.parse().data) == 16
        with client.embeddings.with_streaming_response.create(**asked) as response:
            assert response.read() == EMBEDDINGS
    usage = [event["provider_usage"] for event in recorder.events]
    assert usage == [{"prompt_tokens": 8, "total_tokens": 8}] * 2
    assert {event["model"] for event in recorder.events} == {"text-embedding-3-small"}


def test_large_answers_of_cohere_are_events_with_their_units(recorder: Recorder) -> None:
    told = {"api_version": {"version": "2"}, "billed_units": {"input_tokens": 5}}
    body = {"id": "e_1", "embeddings": {"float": [VECTOR] * 16}, "texts": ["x"] * 16, "meta": told}
    http = httpx.Client(transport=httpx.MockTransport(lambda _: httpx.Response(200, json=body)))
    client = cohere.ClientV2(api_key="k", base_url="http://x", httpx_client=http)
    recorder.client.wrap(client)
    client.embed(model="embed-v4.0", texts=["x"] * 16, input_type="search_query")
    assert recorder.event["provider_usage"] == told
    assert recorder.event["provider_request_id"] == "e_1"
