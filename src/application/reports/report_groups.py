"""What was spent by provider, by model, or by any other dimension."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from application.ports.clock import Clock
from application.ports.unit_of_work import UnitsOfWork
from application.reports.span_of_report import span_of_report
from domain.money import exact_sum
from domain.period import Span, zone
from domain.report import Dimension, EventFilter, EventSelection, GroupBy, GroupRow

#: Values of a dimension that have a row of their own: users and tags may have any number.
MOST_GROUPS = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportGroupsRequest:
    """``start`` and ``end`` are aware; ``by`` is one dimension, a tag, or a pair."""

    organization_id: str
    by: GroupBy
    start: datetime | None = None
    end: datetime | None = None
    timezone: str = "UTC"
    filter: EventFilter = EventFilter()


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupReport:
    """All rows, costliest first; each call of the selection is in exactly one.

    Providers and models have all of their rows; of anything else the first thousand values have
    one each, and the others share the last.

    ``cost_usd`` is the sum of the known costs of all rows.
    """

    span: Span
    timezone: str
    rows: tuple[GroupRow, ...]
    cost_usd: Decimal

    def share_of(self, row: GroupRow) -> float | None:
        """The row's part of the cost, 1 being the whole; None where the cost is 0 or unknown."""
        if row.measures.cost_usd is None or not self.cost_usd:
            return None
        return float(row.measures.cost_usd / self.cost_usd)


class ReportGroups:
    """Sum up an organization's usage for each value of a dimension.

    Raises:
        Invalid: the range or the time zone is not usable.
    """

    def __init__(self, units_of_work: UnitsOfWork, clock: Clock) -> None:
        self._units_of_work = units_of_work
        self._clock = clock

    def __call__(self, request: ReportGroupsRequest) -> GroupReport:
        span = span_of_report(request.start, request.end, zone(request.timezone), self._clock.now())
        selection = EventSelection(
            organization_id=request.organization_id, span=span, filter=request.filter
        )
        with self._units_of_work(snapshot=True) as uow:
            most = None if Dimension.PROVIDER in request.by else MOST_GROUPS
            rows = tuple(uow.usage_reports.groups(selection, request.by, most=most))
        return GroupReport(
            span=span,
            timezone=request.timezone,
            rows=rows,
            cost_usd=exact_sum(row.measures.cost_usd or Decimal(0) for row in rows),
        )
