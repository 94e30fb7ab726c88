"""What every store of events promises about storing and finding them."""

from collections.abc import Sequence
from decimal import Decimal

import pytest

from application.ports.events import Fate
from application.ports.unit_of_work import UnitsOfWork
from domain.api_key import ApiKey
from domain.event import Event
from tests.builders import a_cost, a_quote, an_event
from tests.contracts.concurrency import at_once
from tests.contracts.tenants import a_stored_key

ACCEPTED, DUPLICATE, CONFLICT = Fate.ACCEPTED, Fate.DUPLICATE, Fate.CONFLICT


def append(units_of_work: UnitsOfWork, key: ApiKey, events: Sequence[Event]) -> list[Fate]:
    with units_of_work() as uow:
        fates = uow.events.append(key.organization_id, events)
        uow.commit()
    return fates


def get(units_of_work: UnitsOfWork, key: ApiKey, event_id: str) -> Event | None:
    with units_of_work() as uow:
        return uow.events.get(key.organization_id, event_id)


class EventStoreContract:
    """Inherit where a fixture ``units_of_work`` gives an empty store."""

    @pytest.fixture
    def key(self, units_of_work: UnitsOfWork) -> ApiKey:
        return a_stored_key(units_of_work)

    @pytest.fixture
    def other_key(self, units_of_work: UnitsOfWork) -> ApiKey:
        return a_stored_key(units_of_work)

    def test_new_events_are_accepted(self, units_of_work: UnitsOfWork, key: ApiKey) -> None:
        events = [an_event(key), an_event(key), an_event(key)]
        assert append(units_of_work, key, events) == [ACCEPTED] * 3
        assert [get(units_of_work, key, event.id) for event in events] == events

    def test_an_empty_batch_is_no_event(self, units_of_work: UnitsOfWork, key: ApiKey) -> None:
        assert append(units_of_work, key, []) == []

    def test_an_event_sent_again_is_a_duplicate_whichever_key_sends_it(
        self, units_of_work: UnitsOfWork, key: ApiKey
    ) -> None:
        event = an_event(key)
        append(units_of_work, key, [event])
        with units_of_work() as uow:
            organization = uow.organizations.get(key.organization_id)
        second_key = a_stored_key(units_of_work, organization)
        again = an_event(second_key, id=event.id, cost=a_cost("9"))
        assert append(units_of_work, key, [event]) == [DUPLICATE]
        assert append(units_of_work, second_key, [again]) == [DUPLICATE]
        assert get(units_of_work, key, event.id) == event

    def test_other_content_under_the_same_id_is_a_conflict_and_the_first_stands(
        self, units_of_work: UnitsOfWork, key: ApiKey
    ) -> None:
        first = an_event(key)
        append(units_of_work, key, [first])
        other = an_event(key, id=first.id, model="another")
        assert append(units_of_work, key, [other]) == [CONFLICT]
        assert get(units_of_work, key, first.id) == first

    def test_the_first_of_an_id_stands_within_a_batch_too(
        self, units_of_work: UnitsOfWork, key: ApiKey
    ) -> None:
        first, unrelated = an_event(key), an_event(key)
        other = an_event(key, id=first.id, model="another")
        batch = [first, first, other, unrelated, first, other]
        fates = append(units_of_work, key, batch)
        assert fates == [ACCEPTED, DUPLICATE, CONFLICT, ACCEPTED, DUPLICATE, CONFLICT]
        assert get(units_of_work, key, first.id) == first

    def test_each_event_of_a_mixed_batch_has_its_own_fate_in_order(
        self, units_of_work: UnitsOfWork, key: ApiKey
    ) -> None:
        known, contested = an_event(key, id="z"), an_event(key, id="a")
        append(units_of_work, key, [known, contested])
        batch = [
            an_event(key, id="n"),
            known,
            an_event(key, id="a", model="another"),
            an_event(key, id="0"),
        ]
        assert append(units_of_work, key, batch) == [ACCEPTED, DUPLICATE, CONFLICT, ACCEPTED]

    def test_what_is_not_committed_was_never_sent(
        self, units_of_work: UnitsOfWork, key: ApiKey
    ) -> None:
        event = an_event(key, cost=a_cost(quote=a_quote()))
        for _ in range(2):
            with units_of_work() as uow:
                assert uow.events.append(key.organization_id, [event]) == [ACCEPTED]
        assert get(units_of_work, key, event.id) is None

    def test_of_the_same_batch_from_many_at_once_each_event_is_accepted_once(
        self, units_of_work: UnitsOfWork, key: ApiKey
    ) -> None:
        events = [an_event(key, cost=a_cost(quote=a_quote(notes=(str(n),)))) for n in range(20)]
        half = len(events) // 2

        def send(number: int) -> list[Fate]:
            # Half of the senders begin in the middle: another order must not deadlock them.
            turned = events if number % 2 else events[half:] + events[:half]
            fates = append(units_of_work, key, turned)
            return fates if number % 2 else fates[half:] + fates[:half]

        fates_by_sender = at_once(6, send)
        for fates in zip(*fates_by_sender, strict=True):
            assert sorted(fates) == [ACCEPTED, *[DUPLICATE] * 5]

    def test_of_different_events_under_one_id_at_once_one_stands(
        self, units_of_work: UnitsOfWork, key: ApiKey
    ) -> None:
        events = [an_event(key, id="contested", model=f"model-{number}") for number in range(6)]
        fates = at_once(6, lambda number: append(units_of_work, key, [events[number]])[0])
        assert sorted(fates) == [ACCEPTED, *[CONFLICT] * 5]
        assert get(units_of_work, key, "contested") == events[fates.index(ACCEPTED)]

    def test_a_batch_may_have_thousands_of_events(
        self, units_of_work: UnitsOfWork, key: ApiKey
    ) -> None:
        events = [an_event(key) for _ in range(2_500)]
        assert append(units_of_work, key, events) == [ACCEPTED] * 2_500
        assert append(units_of_work, key, events[::-1]) == [DUPLICATE] * 2_500

    def test_the_same_id_in_another_organization_is_another_event(
        self, units_of_work: UnitsOfWork, key: ApiKey, other_key: ApiKey
    ) -> None:
        here, there = an_event(key, id="one"), an_event(other_key, id="one", model="another")
        append(units_of_work, key, [here])
        assert get(units_of_work, other_key, "one") is None
        assert append(units_of_work, other_key, [there]) == [ACCEPTED]
        assert get(units_of_work, key, "one") == here
        assert get(units_of_work, other_key, "one") == there

    @pytest.mark.parametrize("event_id", ["unknown", "", "\0", "\ud800", "x" * 10_000, "ONE"])
    def test_any_text_may_be_looked_up_as_an_id(
        self, units_of_work: UnitsOfWork, key: ApiKey, event_id: str
    ) -> None:
        append(units_of_work, key, [an_event(key, id="one")])
        assert get(units_of_work, key, event_id) is None

    @pytest.mark.parametrize("event_id", ["x" * 128, "a/b?c=d&e#f%20", "Ünï🦊", "'; --", " "])
    def test_ids_are_kept_as_they_are(
        self, units_of_work: UnitsOfWork, key: ApiKey, event_id: str
    ) -> None:
        event = an_event(key, id=event_id)
        append(units_of_work, key, [event])
        assert get(units_of_work, key, event_id) == event

    def test_an_organization_has_events_from_its_first_one_on(
        self, units_of_work: UnitsOfWork, key: ApiKey, other_key: ApiKey
    ) -> None:
        append(units_of_work, other_key, [an_event(other_key)])
        with units_of_work() as uow:
            assert not uow.events.has_any(key.organization_id)
        append(units_of_work, key, [an_event(key), an_event(key)])
        with units_of_work() as uow:
            assert uow.events.has_any(key.organization_id)

    def test_events_may_share_a_price_across_batches(
        self, units_of_work: UnitsOfWork, key: ApiKey
    ) -> None:
        quote = a_quote()
        first, second = (an_event(key, cost=a_cost(usd, quote=quote)) for usd in ("0.1", "0.2"))
        append(units_of_work, key, [first])
        append(units_of_work, key, [second])
        found = get(units_of_work, key, second.id)
        assert found is not None
        assert (found.cost.quote, found.cost.cost_usd) == (quote, Decimal("0.2"))
