"""A body of events taken apart, within bounds of number, depth and memory."""

import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge

from domain.errors import Invalid
from entrypoints.http.batches import DEEPEST, MOST_EVENTS, depth_of, split_json, split_ndjson

ZEROS_WITHIN_THE_LIMIT_OF_A_BODY = 8 * 2**20 - 20
#: A tenth of what a Python object for each of them would take.
LITTLE_MEMORY = 64 * 2**20


def texts(body: bytes) -> list[bytes]:
    return [bytes(document) for document in split_json(body).documents]


def test_a_body_that_is_one_event_is_its_only_document() -> None:
    batch = split_json(b'{"id": "e1"}')
    assert batch.is_single
    assert list(batch.documents) == [b'{"id": "e1"}']


@pytest.mark.parametrize("count", [0, 1, 2, MOST_EVENTS])
def test_a_list_is_taken_apart_in_order_whatever_stands_in_it(count: int) -> None:
    documents = [b'{"id": "%d"}' % number for number in range(count)]
    documents[1:2] = [b"null"] * (count > 1)
    assert texts(b'{"events": [%s]}' % b", ".join(documents)) == documents
    assert list(split_ndjson(b"\n \r\n".join(documents)).documents) == documents


@pytest.mark.parametrize("body", [b'{"events": {}}', b'{"events": null}', b"[]", b"1"])
def test_json_of_another_form_is_refused(body: bytes) -> None:
    with pytest.raises(Invalid):
        split_json(body)


@pytest.mark.parametrize("body", [b"", b"{", b'{"events": [}', b"\xff"])
def test_what_is_no_json_cannot_be_read(body: bytes) -> None:
    with pytest.raises(BadRequest):
        split_json(body)


def test_one_event_too_many_is_too_large() -> None:
    with pytest.raises(RequestEntityTooLarge):
        split_json(b'{"events": [%s]}' % b",".join([b"0"] * (MOST_EVENTS + 1)))
    with pytest.raises(RequestEntityTooLarge):
        split_ndjson(b"0\n" * (MOST_EVENTS + 1))


def test_millions_of_events_take_little_memory_to_refuse() -> None:
    body = b'{"events": [' + b"0," * ZEROS_WITHIN_THE_LIMIT_OF_A_BODY + b"0]}"
    tracemalloc.start()
    try:
        with pytest.raises(RequestEntityTooLarge):
            split_json(body)
        assert tracemalloc.get_traced_memory()[1] < LITTLE_MEMORY
    finally:
        tracemalloc.stop()


@given(st.integers(0, 100), st.integers(0, 100))
def test_only_what_is_nested_too_deeply_counts_as_such(one: int, other: int) -> None:
    objects = b'{"[":' * other + b"1" + b"}" * other
    document = b'[%s0%s, "]}", %s]' % (b"[" * one, b"]" * one, objects)
    assert (depth_of(document) > DEEPEST) is (1 + max(one, other) > DEEPEST)
