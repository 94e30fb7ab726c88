"""What every store of events promises about their order and their pages."""

from datetime import timedelta
from decimal import Decimal

import pytest

from application.ports.events import Reach
from application.ports.unit_of_work import UnitsOfWork
from application.reports.list_events import position_of
from domain.api_key import ApiKey
from domain.event import Event
from domain.period import Span
from domain.report import Dimension, EventFilter, EventSelection, EventSort
from tests.builders import NOW, a_cost, an_event
from tests.contracts.events import append
from tests.contracts.tenants import a_stored_key

DAY = Span(NOW - timedelta(days=1), NOW)
SECOND = timedelta(seconds=1)
#: Costs and latencies with ties, unknown values, zeros, and amounts no float can tell apart.
COSTS = ("0.1", None, "0", "0.100", "2", None, "0.1000000000000000000001", "10", None)
LATENCIES = (10, 9, None, 10, 0, 100, None, None, 10)
#: Ids whose order by bytes is not that of a dictionary.
IDS = ("b", "B", "a", "_", "é", "a-b", "ab", "🦊", "10")


def list_pages(
    units_of_work: UnitsOfWork, selection: EventSelection, sort: EventSort, limit: int
) -> list[list[Event]]:
    """All pages, each asked for with the position of the one before."""
    pages: list[list[Event]] = []
    after = None
    with units_of_work(snapshot=True) as uow:
        while page := uow.events.page(selection, sort, after=after, limit=limit):
            pages.append(page)
            after = position_of(page[-1], sort)
    return pages


class EventPagesContract:
    """Inherit where a fixture ``units_of_work`` gives an empty store."""

    @pytest.fixture
    def key(self, units_of_work: UnitsOfWork) -> ApiKey:
        return a_stored_key(units_of_work)

    @pytest.fixture
    def events(self, units_of_work: UnitsOfWork, key: ApiKey) -> list[Event]:
        """Nine events in three seconds of three each, in the order of ``IDS``."""
        found = [
            an_event(
                key,
                id=event_id,
                timestamp=NOW - (1 + number % 3) * SECOND,
                cost=a_cost(cost),
                latency_ms=latency,
            )
            for number, (event_id, cost, latency) in enumerate(
                zip(IDS, COSTS, LATENCIES, strict=True)
            )
        ]
        append(units_of_work, key, found)
        return found

    @pytest.fixture
    def selection(self, key: ApiKey) -> EventSelection:
        return EventSelection(organization_id=key.organization_id, span=DAY)

    @pytest.mark.parametrize("sort", list(EventSort))
    @pytest.mark.parametrize("limit", [1, 2, 4, 9, 50])
    @pytest.mark.usefixtures("events")
    def test_pages_of_any_size_make_up_the_whole_list(
        self,
        units_of_work: UnitsOfWork,
        selection: EventSelection,
        sort: EventSort,
        limit: int,
    ) -> None:
        (whole,) = list_pages(units_of_work, selection, sort, 100)
        pages = list_pages(units_of_work, selection, sort, limit)
        assert [event for page in pages for event in page] == whole
        assert {len(page) for page in pages[:-1]} <= {limit}

    @pytest.mark.parametrize("sort", list(EventSort))
    @pytest.mark.parametrize("limit", [1, 2, 4, 9, 50])
    @pytest.mark.usefixtures("events")
    def test_the_page_before_ends_where_any_event_stands(
        self,
        units_of_work: UnitsOfWork,
        selection: EventSelection,
        sort: EventSort,
        limit: int,
    ) -> None:
        (whole,) = list_pages(units_of_work, selection, sort, 100)
        with units_of_work(snapshot=True) as uow:
            for number, event in enumerate(whole):
                before = position_of(event, sort)
                found = uow.events.page_before(selection, sort, before=before, limit=limit)
                assert found == whole[max(0, number - limit) : number]

    @pytest.mark.usefixtures("events")
    def test_another_organization_has_no_page_before(
        self, units_of_work: UnitsOfWork, selection: EventSelection
    ) -> None:
        last = list_pages(units_of_work, selection, EventSort.COST, 100)[0][-1]
        stranger = a_stored_key(units_of_work)
        other = EventSelection(organization_id=stranger.organization_id, span=DAY)
        with units_of_work(snapshot=True) as uow:
            before = position_of(last, EventSort.COST)
            assert uow.events.page_before(other, EventSort.COST, before=before, limit=9) == []

    def test_the_newest_come_first_and_ties_go_by_the_bytes_of_the_id(
        self, units_of_work: UnitsOfWork, events: list[Event], selection: EventSelection
    ) -> None:
        (found,) = list_pages(units_of_work, selection, EventSort.TIMESTAMP, 100)
        expected = sorted(events, key=lambda event: (event.reported.timestamp, event.id))
        assert found == expected[::-1]

    @pytest.mark.usefixtures("events")
    def test_the_costliest_come_first_and_unknown_costs_last(
        self, units_of_work: UnitsOfWork, selection: EventSelection
    ) -> None:
        (found,) = list_pages(units_of_work, selection, EventSort.COST, 100)
        assert [event.id for event in found] == ["🦊", "é", "ab", "b", "_", "a", "a-b", "B", "10"]

    @pytest.mark.usefixtures("events")
    def test_the_slowest_come_first_and_unknown_latencies_last(
        self, units_of_work: UnitsOfWork, selection: EventSelection
    ) -> None:
        (found,) = list_pages(units_of_work, selection, EventSort.LATENCY, 100)
        assert [event.id for event in found] == ["a-b", "b", "_", "10", "B", "é", "🦊", "ab", "a"]

    @pytest.mark.parametrize("limit", [1, 4, 50])
    @pytest.mark.usefixtures("events")
    def test_the_firsts_of_several_lists_are_their_first_pages(
        self, units_of_work: UnitsOfWork, selection: EventSelection, limit: int
    ) -> None:
        with units_of_work(snapshot=True) as uow:
            found = uow.events.firsts(selection, list(EventSort), limit=limit)
        assert found == {
            sort: list_pages(units_of_work, selection, sort, limit)[0] for sort in EventSort
        }

    @pytest.mark.usefixtures("events")
    def test_of_another_organization_lists_have_no_firsts(self, units_of_work: UnitsOfWork) -> None:
        stranger = a_stored_key(units_of_work)
        selection = EventSelection(organization_id=stranger.organization_id, span=DAY)
        with units_of_work(snapshot=True) as uow:
            found = uow.events.firsts(selection, [EventSort.COST, EventSort.LATENCY], limit=5)
        assert found == {EventSort.COST: [], EventSort.LATENCY: []}

    def test_events_that_arrive_between_two_pages_shift_nothing(
        self, units_of_work: UnitsOfWork, key: ApiKey, selection: EventSelection
    ) -> None:
        first = [an_event(key, timestamp=NOW - number * SECOND) for number in (1, 3, 5)]
        append(units_of_work, key, first)
        with units_of_work() as uow:
            page = uow.events.page(selection, EventSort.TIMESTAMP, limit=2)
        append(units_of_work, key, [an_event(key, timestamp=NOW - 2 * SECOND)])
        after = position_of(page[-1], EventSort.TIMESTAMP)
        with units_of_work() as uow:
            assert uow.events.page(selection, EventSort.TIMESTAMP, after=after) == [first[2]]

    def test_a_span_holds_its_start_and_not_its_end(
        self, units_of_work: UnitsOfWork, key: ApiKey, selection: EventSelection
    ) -> None:
        microsecond = timedelta(microseconds=1)
        times = [DAY.start - microsecond, DAY.start, DAY.end - microsecond, DAY.end]
        events = [an_event(key, timestamp=time) for time in times]
        append(units_of_work, key, events)
        (found,) = list_pages(units_of_work, selection, EventSort.TIMESTAMP, 100)
        assert found == [events[2], events[1]]

    def test_a_page_holds_only_what_passes_the_filter(
        self, units_of_work: UnitsOfWork, key: ApiKey
    ) -> None:
        wanted, other = (an_event(key, model=model) for model in ("wanted", "other"))
        append(units_of_work, key, [wanted, other])
        selection = EventSelection(
            organization_id=key.organization_id,
            span=DAY,
            filter=EventFilter({Dimension.MODEL: ("wanted",)}),
        )
        (found,) = list_pages(units_of_work, selection, EventSort.COST, 100)
        assert found == [wanted]

    @pytest.mark.usefixtures("events")
    def test_another_organization_sees_none_of_them(self, units_of_work: UnitsOfWork) -> None:
        stranger = a_stored_key(units_of_work)
        selection = EventSelection(organization_id=stranger.organization_id, span=DAY)
        assert list_pages(units_of_work, selection, EventSort.TIMESTAMP, 100) == []

    def test_costs_are_compared_exactly(
        self, units_of_work: UnitsOfWork, key: ApiKey, selection: EventSelection
    ) -> None:
        cheap, dear = (an_event(key, cost=a_cost(f"0.1{'0' * 28}{digit}")) for digit in ("1", "2"))
        append(units_of_work, key, [dear, cheap])
        pages = list_pages(units_of_work, selection, EventSort.COST, 1)
        assert pages == [[dear], [cheap]]
        assert dear.cost.cost_usd != cheap.cost.cost_usd != Decimal("0.1")

    @pytest.mark.parametrize("sort", EventSort)
    @pytest.mark.parametrize("reach", Reach)
    def test_however_far_a_list_goes_it_is_in_its_order(
        self,
        units_of_work: UnitsOfWork,
        selection: EventSelection,
        events: list[Event],
        sort: EventSort,
        reach: Reach,
    ) -> None:
        with units_of_work(snapshot=True) as uow:
            whole = uow.events.page(selection, sort)
            found = uow.events.page(selection, sort, reach=reach)
            lists = uow.events.firsts(selection, [sort], limit=50, reach=reach)
        assert len(whole) == len(events)
        assert found == lists[sort] == whole[: len(found)]
        assert reach is Reach.FIRST or found == whole
