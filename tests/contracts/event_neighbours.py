"""What every store of events promises about the calls around one."""

from datetime import timedelta

import pytest

from application.ports.unit_of_work import UnitsOfWork
from domain.api_key import ApiKey
from domain.period import Span
from domain.report import Dimension, EventFilter, EventSelection
from tests.builders import NOW, an_event
from tests.contracts.events import append
from tests.contracts.tenants import a_stored_key

SECOND = timedelta(seconds=1)


class EventNeighboursContract:
    """Inherit where a fixture ``units_of_work`` gives an empty store."""

    @pytest.fixture
    def key(self, units_of_work: UnitsOfWork) -> ApiKey:
        return a_stored_key(units_of_work)

    def test_the_nearest_calls_come_in_order_and_ties_by_id(
        self, units_of_work: UnitsOfWork, key: ApiKey
    ) -> None:
        ids = ["a", "B", "c", "d", "e", "f", "g"]
        moments = [0, 1, 1, 1, 2, 3, 4]
        events = [
            an_event(key, id=name, timestamp=NOW - (9 - at) * SECOND, trace_id="t")
            for name, at in zip(ids, moments, strict=True)
        ]
        elsewhere = an_event(key, id="x", timestamp=NOW - 8 * SECOND, trace_id="other")
        append(units_of_work, key, [*reversed(events), elsewhere])
        selection = EventSelection(
            organization_id=key.organization_id,
            span=Span(NOW - timedelta(days=1), NOW),
            filter=EventFilter({Dimension.TRACE: ("t",)}),
        )
        with units_of_work(snapshot=True) as uow:
            before, after = uow.events.around(selection, events[3], limit=2)
            everything = uow.events.around(selection, events[0], limit=50)
        assert [event.id for event in before] == ["B", "c"]
        assert [event.id for event in after] == ["e", "f"]
        assert [[event.id for event in part] for part in everything] == [[], ids[1:]]
