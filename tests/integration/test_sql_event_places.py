"""The costliest and the slowest calls that pass a filter, however far down they stand."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from adapters.sql import event_places
from adapters.sql.event_order import Way
from adapters.sql.unit_of_work import SqlUnitsOfWork
from application.ports.events import Reach
from application.reports.list_events import position_of
from domain.api_key import ApiKey
from domain.period import Span
from domain.report import Dimension, EventFilter, EventSelection, EventSort
from tests.builders import NOW, a_cost, an_event
from tests.contracts.event_pages import DAY, list_pages
from tests.contracts.events import append
from tests.contracts.tenants import a_stored_key
from tests.integration.http.test_page_statements import statements

#: The costliest and the slowest first; what passes stands at the end, with ties and unknown ones.
OTHERS = range(40)
PASSING = ("3", "2", "2", "1", None)
MONTH = Span(datetime(NOW.year, NOW.month, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC))


@pytest.fixture(autouse=True)
def as_far_as_a_test_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_places, "_LEAST", 1)


@pytest.fixture
def key(units_of_work: SqlUnitsOfWork) -> ApiKey:
    key = a_stored_key(units_of_work)
    dear = [
        an_event(key, id=f"dear-{n}", model="dear", cost=a_cost("9"), latency_ms=900)
        for n in OTHERS
    ]
    cheap = [
        an_event(
            key,
            id=f"cheap-{n}",
            model="cheap",
            tags={"team": "red"},
            cost=a_cost(usd),
            latency_ms=None if usd is None else int(usd) * 100,
        )
        for n, usd in enumerate(PASSING)
    ]
    append(units_of_work, key, [*dear, *cheap])
    return key


@pytest.mark.parametrize("reach", [1, 5, 100])
@pytest.mark.parametrize("sort", [EventSort.COST, EventSort.LATENCY])
@pytest.mark.parametrize(
    "chosen",
    [
        EventFilter({Dimension.MODEL: ("cheap",)}),
        EventFilter(tags={"team": ("red",)}),
        EventFilter({Dimension.MODEL: ("cheap", "none")}, tags={"team": ("red", "blue")}),
    ],
)
def test_what_passes_a_filter_is_found_below_any_number_of_others(
    units_of_work: SqlUnitsOfWork,
    key: ApiKey,
    monkeypatch: pytest.MonkeyPatch,
    reach: int,
    sort: EventSort,
    chosen: EventFilter,
) -> None:
    monkeypatch.setattr(event_places, "_REACH", reach)
    selection = EventSelection(organization_id=key.organization_id, span=MONTH, filter=chosen)
    for limit in (1, 2, 3, 50):
        pages = list_pages(units_of_work, selection, sort, limit)
        found = [event.id for page in pages for event in page]
        assert found == ["cheap-0", "cheap-2", "cheap-1", "cheap-3", "cheap-4"]
        with units_of_work(snapshot=True) as uow:
            firsts = uow.events.firsts(selection, [sort, EventSort.TIMESTAMP], limit=limit)
        assert [event.id for event in firsts[sort]] == found[:limit]
        assert len(firsts[EventSort.TIMESTAMP]) == min(limit, len(PASSING))


@pytest.mark.parametrize("reach", [1, 5, 100])
@pytest.mark.parametrize("sort", [EventSort.COST, EventSort.LATENCY])
def test_the_way_back_finds_what_passes_above_any_number_of_others(
    units_of_work: SqlUnitsOfWork,
    key: ApiKey,
    monkeypatch: pytest.MonkeyPatch,
    reach: int,
    sort: EventSort,
) -> None:
    monkeypatch.setattr(event_places, "_REACH", reach)
    between = [an_event(key, cost=a_cost("2.5"), latency_ms=250) for _ in range(30)]
    append(units_of_work, key, between)
    chosen = EventFilter(tags={"team": ("red",)})
    selection = EventSelection(organization_id=key.organization_id, span=MONTH, filter=chosen)
    (whole,) = list_pages(units_of_work, selection, sort, 50)
    assert [event.id for event in whole] == ["cheap-0", "cheap-2", "cheap-1", "cheap-3", "cheap-4"]
    for limit in (1, 2, 3, 50):
        for number, event in enumerate(whole):
            with units_of_work(snapshot=True) as uow:
                ahead = uow.events.page_before(
                    selection, sort, before=position_of(event, sort), limit=limit
                )
            assert ahead == whole[max(0, number - limit) : number]


@pytest.mark.parametrize("reach", [1, 100])
def test_the_filter_of_a_key_is_known_there_too(
    units_of_work: SqlUnitsOfWork, key: ApiKey, monkeypatch: pytest.MonkeyPatch, reach: int
) -> None:
    monkeypatch.setattr(event_places, "_REACH", reach)
    mine = EventFilter({Dimension.API_KEY: (key.id,)})
    selection = EventSelection(organization_id=key.organization_id, span=MONTH, filter=mine)
    found = [page for page in list_pages(units_of_work, selection, EventSort.COST, 7) if page]
    assert [len(page) for page in found] == [7] * 6 + [3]
    assert len({event.id for page in found for event in page}) == len(OTHERS) + len(PASSING)


@pytest.mark.parametrize("reach", [2, 100])
def test_calls_of_the_same_month_that_lie_outside_of_the_span_are_not_among_them(
    units_of_work: SqlUnitsOfWork, key: ApiKey, monkeypatch: pytest.MonkeyPatch, reach: int
) -> None:
    monkeypatch.setattr(event_places, "_REACH", reach)
    span = Span(MONTH.start + timedelta(days=3), MONTH.end)
    dearer = [
        an_event(key, timestamp=MONTH.start + timedelta(hours=n), cost=a_cost("99"))
        for n in range(30)
    ]
    append(units_of_work, key, dearer)
    later = EventSelection(organization_id=key.organization_id, span=span)
    first, *_ = list_pages(units_of_work, later, EventSort.COST, 7)
    assert [event.cost.cost_usd for event in first] == [Decimal(9)] * 7


def test_for_a_few_no_fewer_are_looked_at_than_for_a_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_places, "_REACH", 5)
    monkeypatch.setattr(event_places, "_LEAST", 250)
    selection = EventSelection(organization_id="any", span=MONTH)
    way = Way(EventSort.COST)
    for limit, looked_at in ((5, 250), (50, 250), (51, 255)):
        first = next(event_places.places_of(selection, way, limit=limit))
        assert sorted(v for v in first.compile().params.values() if isinstance(v, int)) == [
            limit, looked_at,
        ]  # fmt: skip


def test_both_ways_are_asked_where_the_first_calls_are_not_enough(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(event_places, "_REACH", 5)
    cheap = EventFilter({Dimension.MODEL: ("cheap",)})
    for span, chosen, ways in (
        (MONTH, cheap, 2),
        (MONTH, EventFilter({Dimension.SESSION: ("s",)}), 1),
        (DAY, cheap, 1),  # a fifth of a month is more than a day
    ):
        selection = EventSelection(organization_id="any", span=span, filter=chosen)
        asked = event_places.places_of(selection, Way(EventSort.COST), limit=5)
        assert len(list(asked)) == ways


@pytest.mark.parametrize(
    ("start", "end", "whole"),
    [
        ("2026-01-01", "2026-02-01", ("2026-01-01", "2026-02-01")),
        ("2026-11-15", "2026-12-02", ("2026-11-01", "2027-01-01")),
        ("2026-11-15", "2026-11-15", ("2026-11-01", "2026-12-01")),
        ("9999-12-01", "9999-12-31", ("9999-12-01", "9999-12-31")),
    ],
)
def test_the_months_of_a_span_are_those_that_it_touches(
    start: str, end: str, whole: tuple[str, str]
) -> None:
    moments = [datetime.fromisoformat(f"{day}T00:00:00+00:00") for day in (start, end, *whole)]
    assert event_places._months(Span(*moments[:2])) == Span(*moments[2:])


RED = EventFilter(tags={"team": ("red",)})
BOTH = (EventSort.COST, EventSort.LATENCY)


def in_month(key: ApiKey, chosen: EventFilter) -> EventSelection:
    return EventSelection(organization_id=key.organization_id, span=MONTH, filter=chosen)


def test_a_list_that_goes_no_further_than_the_first_calls_may_be_short(
    units_of_work: SqlUnitsOfWork, key: ApiKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    for reach, found in ((40, 0), (41, 1), (44, 4), (100, 4)):
        monkeypatch.setattr(event_places, "_REACH", 1)
        monkeypatch.setattr(event_places, "_LEAST", reach)
        with statements() as sent, units_of_work.look() as uow:
            red = in_month(key, RED)
            page = uow.events.page(red, EventSort.COST, limit=5, reach=Reach.FIRST)
            lists = uow.events.firsts(red, BOTH, limit=5, reach=Reach.FIRST)
        assert len(sent) == 2
        assert [len(page), *map(len, lists.values())] == [found] * 3, "one has no known cost"


def test_where_calls_are_known_to_be_few_all_are_sorted_at_once(
    units_of_work: SqlUnitsOfWork, key: ApiKey
) -> None:
    for limit in (2, 5, 50):
        found = []
        for reach in (Reach.ANY, Reach.ALL):
            with statements() as sent, units_of_work(snapshot=True) as uow:
                lists = uow.events.firsts(in_month(key, RED), BOTH, limit=limit, reach=reach)
                page = uow.events.page(in_month(key, RED), EventSort.COST, limit=limit, reach=reach)
            found.append((lists, page))
        assert found[0] == found[1]
        assert len(sent) == 2


@pytest.mark.parametrize(
    ("chosen", "may"),
    [
        (EventFilter(), False),
        (EventFilter({Dimension.USER: ("u",)}, {"team": ("red",)}), False),
        (EventFilter({Dimension.TRACE: ("t",)}), False),
        (EventFilter({Dimension.MODEL: ("m",)}), True),
        (RED, True),
    ],
)
def test_what_may_have_to_be_sorted_is_known_without_asking(
    units_of_work: SqlUnitsOfWork, key: ApiKey, chosen: EventFilter, *, may: bool
) -> None:
    with statements() as sent, units_of_work.look() as uow:
        assert uow.events.may_sort_all(in_month(key, chosen), BOTH) is may
        assert not uow.events.may_sort_all(in_month(key, chosen), [EventSort.TIMESTAMP])
    assert sent == []
