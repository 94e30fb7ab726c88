"""What every storage of events promises about old ones."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from application.ports.events import Fate
from application.ports.unit_of_work import UnitOfWork, UnitsOfWork
from domain.api_key import ApiKey
from domain.event import Event
from tests.builders import NOW, an_event
from tests.contracts.event_merging import a_call
from tests.contracts.events import append, get
from tests.contracts.tenants import a_stored_key

DAY = timedelta(days=1)


def add_waiting(units_of_work: UnitsOfWork) -> None:
    with units_of_work() as uow:
        while uow.rollups.add_waiting():
            pass
        uow.commit()


def close_weeks(units_of_work: UnitsOfWork, until: datetime) -> None:
    """Of all organizations."""
    _go_on(units_of_work, lambda uow: uow.rollups.close_weeks(until))


def gather(units_of_work: UnitsOfWork, until: datetime) -> None:
    """Of all organizations."""
    _go_on(units_of_work, lambda uow: uow.rollups.gather(until))


def _go_on(units_of_work: UnitsOfWork, step: Callable[[UnitOfWork], bool]) -> None:
    is_left = True
    while is_left:
        with units_of_work() as uow:
            is_left = step(uow)
            uow.commit()


def delete_before(
    units_of_work: UnitsOfWork, key: ApiKey, days_ago: float, limit: int = 100
) -> int:
    with units_of_work() as uow:
        moment = NOW - days_ago * DAY
        gone = uow.event_storage.delete_before(key.organization_id, moment, limit=limit)
        uow.commit()
    return gone


class EventStorageContract:
    """Inherit where a fixture ``units_of_work`` gives an empty store."""

    @pytest.fixture
    def key(self, units_of_work: UnitsOfWork) -> ApiKey:
        return a_stored_key(units_of_work)

    @pytest.fixture
    def events(self, units_of_work: UnitsOfWork, key: ApiKey) -> list[Event]:
        """One a day, of ten days, that are all in the sums."""
        events = [an_event(key, timestamp=NOW - n * DAY) for n in range(10)]
        append(units_of_work, key, events)
        add_waiting(units_of_work)
        return events

    def test_what_is_older_goes_and_the_rest_stays(
        self, units_of_work: UnitsOfWork, key: ApiKey, events: list[Event]
    ) -> None:
        assert delete_before(units_of_work, key, 4) == 5
        assert delete_before(units_of_work, key, 4) == 0
        found = [get(units_of_work, key, event.id) for event in events]
        assert found == [*events[:5], *[None] * 5]

    def test_the_oldest_go_first(
        self, units_of_work: UnitsOfWork, key: ApiKey, events: list[Event]
    ) -> None:
        assert delete_before(units_of_work, key, 0, limit=3) == 3
        assert get(units_of_work, key, events[6].id) is not None
        assert get(units_of_work, key, events[7].id) is None

    def test_another_organizations_stay(
        self, units_of_work: UnitsOfWork, key: ApiKey, events: list[Event]
    ) -> None:
        other = a_stored_key(units_of_work)
        theirs = an_event(other, timestamp=NOW - 9 * DAY)
        append(units_of_work, other, [theirs])
        add_waiting(units_of_work)
        assert delete_before(units_of_work, key, 0) == len(events) - 1
        assert get(units_of_work, other, theirs.id) == theirs

    def test_a_merged_report_goes_with_the_call_it_tells_of(
        self, units_of_work: UnitsOfWork, key: ApiKey
    ) -> None:
        old = NOW - 9 * DAY
        first, again = a_call(key, timestamp=old), a_call(key, timestamp=old)
        append(units_of_work, key, [first, again])
        add_waiting(units_of_work)
        assert delete_before(units_of_work, key, 1) == 1
        assert get(units_of_work, key, again.id) is None
        # Its id is free again; who sends it now, though, is told that it is too old.
        assert append(units_of_work, key, [again, first]) == [Fate.ACCEPTED, Fate.MERGED]
