"""How much of a report there is to read call by call."""

from collections.abc import Sequence
from dataclasses import dataclass

from application.ports.clock import Clock
from application.ports.unit_of_work import UnitOfWork, UnitsOfWork
from application.reports.report_request import ComparedRequest
from domain.period import Span, buckets, interval_for, zone
from domain.report import EventSelection, EventSort, GroupBy

#: So many calls are added up in some 25 ms, a quarter of what a page may take; a list looks
#: through more of them in that time.
MOST_AT_ONCE = 20_000
MOST_LOOKED_AT = 50_000


@dataclass(frozen=True, slots=True, kw_only=True)
class CountSingleCallsRequest(ComparedRequest):
    """What a report asks of its calls: by what it takes all of them apart, those of the time before
    too, and by what it does ``over_time``; None for nothing of the kind.

    Besides it may have lists of calls in each of the orders ``sorts``.
    """

    whole: GroupBy | None = None
    over_time: GroupBy | None = None
    sorts: Sequence[EventSort] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SingleCalls:
    """How many are ``added_up``; 0 where so few that nobody waits for them.

    ``looked_through`` are those that lists take where they have to sort all that pass, or 0
    likewise. ``are_few`` tells that all calls of the range together were counted, and are so few
    that sorting them all takes no longer than looking at the first ones.
    """

    added_up: int = 0
    looked_through: int = 0
    are_few: bool = False


class CountSingleCalls:
    """Tell how many calls a report reads one by one, as no sums and no order are kept for it.

    Calls that were deleted count, as their sums are still there.

    Raises:
        Invalid: the range or the time zone is not usable.
    """

    def __init__(
        self,
        units_of_work: UnitsOfWork,
        clock: Clock,
        *,
        most_at_once: int = MOST_AT_ONCE,
        most_looked_at: int = MOST_LOOKED_AT,
    ) -> None:
        self._units_of_work = units_of_work
        self._clock = clock
        self._most_at_once = most_at_once
        self._most_looked_at = most_looked_at

    def __call__(self, request: CountSingleCallsRequest) -> SingleCalls:
        now = self._clock.now()
        span = request.span(now)
        with self._units_of_work.look() as uow:
            of_whole, of_range = _shares(uow, request, span)
            has_lists = uow.events.may_sort_all(request.over(span), request.sorts)
            # What sums alone answer is most of what is asked, and costs no statement more.
            if not of_range and not has_lists:
                return SingleCalls()
            calls = _calls(uow, request, span)
            if round(of_range * calls) > self._most_at_once:
                before = request.span_before(span, now) if of_whole else None
                more = _calls(uow, request, before) if before else 0
                return SingleCalls(added_up=round(of_range * calls + of_whole * more))
        are_many = has_lists and calls > self._most_looked_at
        return SingleCalls(
            looked_through=calls if are_many else 0, are_few=calls <= self._most_at_once
        )


def _shares(uow: UnitOfWork, request: CountSingleCallsRequest, span: Span) -> tuple[float, float]:
    """What part of a span's calls is read for the whole, and for all that is asked."""
    share_of, selection = uow.usage_reports.share_of_single_calls, request.over(span)
    whole = 0.0 if request.whole is None else share_of(selection, request.whole)
    if request.over_time is None or whole == 1:
        return whole, whole
    pieces = buckets(span, interval_for(span), zone(request.timezone))
    return whole, max(whole, share_of(selection, request.over_time, pieces))


def _calls(uow: UnitOfWork, request: CountSingleCallsRequest, span: Span) -> int:
    """All of the organization's calls in a span."""
    everything = EventSelection(organization_id=request.organization_id, span=span)
    return uow.usage_reports.tally(everything).calls
