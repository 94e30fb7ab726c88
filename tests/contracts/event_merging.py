"""What every store of events promises about a call that is reported under two ids."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from application.ports.events import Fate
from application.ports.unit_of_work import UnitsOfWork
from domain.api_key import ApiKey
from domain.event import Event, Status
from domain.period import Span
from domain.report import EventSelection
from domain.usage.token_usage import TokenClass, TokenUsage
from tests.builders import NOW, an_event
from tests.contracts.concurrency import at_once
from tests.contracts.events import append, get
from tests.contracts.tenants import a_stored_key

ACCEPTED, DUPLICATE, CONFLICT, MERGED = Fate.ACCEPTED, Fate.DUPLICATE, Fate.CONFLICT, Fate.MERGED
SECOND = timedelta(seconds=1)


def a_call(key: ApiKey, **changes: Any) -> Event:
    """A call whose provider gave it a name."""
    usage = TokenUsage(tokens={TokenClass.INPUT: 10, TokenClass.OUTPUT: 5})
    fields: dict[str, Any] = {"provider_request_id": "chatcmpl-1", "timestamp": NOW, "usage": usage}
    return an_event(key, **(fields | changes))


def calls_in(units_of_work: UnitsOfWork, key: ApiKey) -> int:
    span = Span(NOW - timedelta(days=1), NOW + timedelta(days=1))
    with units_of_work.report() as uow:
        selection = EventSelection(organization_id=key.organization_id, span=span)
        return uow.usage_reports.measures(selection).calls


class EventMergingContract:
    """Inherit where a fixture ``units_of_work`` gives an empty store."""

    @pytest.fixture
    def key(self, units_of_work: UnitsOfWork) -> ApiKey:
        return a_stored_key(units_of_work)

    def test_the_same_call_under_another_id_is_counted_once(
        self, units_of_work: UnitsOfWork, key: ApiKey
    ) -> None:
        first = a_call(key)
        again = a_call(key, timestamp=NOW + SECOND, project="told by this door only")
        assert append(units_of_work, key, [first]) == [ACCEPTED]
        assert append(units_of_work, key, [again, a_call(key, model="m2")]) == [MERGED, ACCEPTED]
        assert calls_in(units_of_work, key) == 2

    def test_either_id_leads_to_the_first_and_the_first_knows_the_other(
        self, units_of_work: UnitsOfWork, key: ApiKey
    ) -> None:
        first, second, third = a_call(key, id="a"), a_call(key, id="b"), a_call(key, id="c")
        append(units_of_work, key, [first, third])
        append(units_of_work, key, [second])
        assert [get(units_of_work, key, each) for each in "abc"] == [first] * 3
        with units_of_work() as uow:
            assert uow.events.also_reported_as(key.organization_id, "a") == ["b", "c"]
            assert uow.events.also_reported_as(key.organization_id, "b") == []

    def test_what_was_merged_can_be_sent_again_and_changes_nothing(
        self, units_of_work: UnitsOfWork, key: ApiKey
    ) -> None:
        first, again = a_call(key), a_call(key, id="again", timestamp=NOW + SECOND)
        assert append(units_of_work, key, [first, again]) == [ACCEPTED, MERGED]
        assert append(units_of_work, key, [again, first]) == [DUPLICATE, DUPLICATE]
        other = a_call(key, id="again", latency_ms=77)
        assert append(units_of_work, key, [other]) == [CONFLICT]
        assert calls_in(units_of_work, key) == 1

    @pytest.mark.parametrize(
        "changes",
        [
            {"provider_request_id": "chatcmpl-2"},
            {"provider_request_id": None},
            {"model": "another"},
            {"provider": "another"},
            {"status": Status.ERROR},
            {"usage": TokenUsage(tokens={TokenClass.INPUT: 10, TokenClass.OUTPUT: 6})},
            {"usage": TokenUsage()},
            {"timestamp": NOW + timedelta(seconds=61)},
            {"timestamp": NOW - timedelta(seconds=61)},
        ],
        ids=str,
    )
    def test_what_differs_in_anything_is_another_call(
        self, units_of_work: UnitsOfWork, key: ApiKey, changes: dict[str, Any]
    ) -> None:
        first, other = a_call(key), a_call(key, **changes)
        assert append(units_of_work, key, [first]) == [ACCEPTED]
        assert append(units_of_work, key, [other]) == [ACCEPTED]
        assert append(units_of_work, key, [other]) == [DUPLICATE]
        assert get(units_of_work, key, other.id) == other

    def test_one_door_may_say_zero_where_the_other_says_nothing(
        self, units_of_work: UnitsOfWork, key: ApiKey
    ) -> None:
        first = a_call(key)
        zero = replace(
            a_call(key),
            usage=TokenUsage(tokens={**first.usage.tokens, TokenClass.CACHE_READ: 0}),
        )
        assert append(units_of_work, key, [first, zero]) == [ACCEPTED, MERGED]

    def test_calls_without_a_providers_id_are_never_merged(
        self, units_of_work: UnitsOfWork, key: ApiKey
    ) -> None:
        calls = [a_call(key, provider_request_id=None) for _ in range(3)]
        assert append(units_of_work, key, calls) == [ACCEPTED] * 3

    def test_another_organizations_call_is_another_call(
        self, units_of_work: UnitsOfWork, key: ApiKey
    ) -> None:
        other_key = a_stored_key(units_of_work)
        assert append(units_of_work, key, [a_call(key)]) == [ACCEPTED]
        assert append(units_of_work, other_key, [a_call(other_key)]) == [ACCEPTED]

    def test_a_call_is_not_merged_into_one_that_was_refused(
        self, units_of_work: UnitsOfWork, key: ApiKey
    ) -> None:
        stored = an_event(key, id="taken")
        contested, twin, third = a_call(key, id="taken"), a_call(key), a_call(key)
        append(units_of_work, key, [stored])
        fates = append(units_of_work, key, [contested, twin, third])
        assert fates == [CONFLICT, ACCEPTED, MERGED]
        assert get(units_of_work, key, third.id) == twin

    def test_of_two_doors_at_once_one_call_is_stored(
        self, units_of_work: UnitsOfWork, key: ApiKey
    ) -> None:
        batches = [
            [a_call(key, provider_request_id=f"chatcmpl-{n}") for n in range(30)] for _ in range(4)
        ]
        fates = at_once(4, lambda number: append(units_of_work, key, batches[number]))
        for each in zip(*fates, strict=True):
            assert sorted(each) == sorted([ACCEPTED, MERGED, MERGED, MERGED])
        assert calls_in(units_of_work, key) == 30
