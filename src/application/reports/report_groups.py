"""What was spent by provider, by model, or by any other dimension."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from application.ports.clock import Clock
from application.ports.unit_of_work import UnitsOfWork
from application.reports.report_request import ReportRequest
from domain.money import exact_sum
from domain.period import Span, buckets, interval_for, zone
from domain.report import Dimension, GroupBy, GroupRow
from domain.row_order import RowSort, SortOrder, in_order

#: Values of a dimension that have a row of their own: users and tags may have any number.
MOST_GROUPS = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportGroupsRequest(ReportRequest):
    """``start`` and ``end`` are aware; ``by`` is one dimension, a tag, or a pair.

    ``order`` None is what suits the ``sort``; ``with_trends`` asks for each row's cost over time.
    """

    by: GroupBy
    sort: RowSort = RowSort.COST
    order: SortOrder | None = None
    with_trends: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupReport:
    """All rows in the order asked for; each call of the selection is in exactly one.

    Providers and models have all of their rows; of anything else the first thousand values have
    one each, and the others share the last.

    ``cost_usd`` is the sum of the known costs of all rows. ``trends`` has, by a row's group, a cost
    for each of ``buckets``, None where calls have no known one; both are empty unless asked for.
    """

    span: Span
    timezone: str
    rows: tuple[GroupRow, ...]
    cost_usd: Decimal
    buckets: tuple[Span, ...] = ()
    trends: Mapping[tuple[str | None, ...], Sequence[Decimal | None]] = field(default_factory=dict)

    def share_of(self, row: GroupRow) -> float | None:
        """The row's part of the cost, 1 being the whole; None where the cost is 0 or unknown."""
        if row.measures.cost_usd is None or not self.cost_usd:
            return None
        return float(row.measures.cost_usd / self.cost_usd)


def report_of(span: Span, timezone: str, rows: Sequence[GroupRow]) -> GroupReport:
    """The rows with what their known costs sum up to."""
    return GroupReport(
        span=span,
        timezone=timezone,
        rows=tuple(rows),
        cost_usd=exact_sum(row.measures.cost_usd or Decimal(0) for row in rows),
    )


class ReportGroups:
    """Sum up an organization's usage for each value of a dimension.

    Raises:
        Invalid: the range or the time zone is not usable.
    """

    def __init__(self, units_of_work: UnitsOfWork, clock: Clock) -> None:
        self._units_of_work = units_of_work
        self._clock = clock

    def __call__(self, request: ReportGroupsRequest) -> GroupReport:
        tz = zone(request.timezone)
        span = request.span(self._clock.now())
        pieces = buckets(span, interval_for(span), tz) if request.with_trends else []
        selection = request.over(span)
        with self._units_of_work.report() as uow:
            most = None if Dimension.PROVIDER in request.by else MOST_GROUPS
            rows = tuple(uow.usage_reports.groups(selection, request.by, most=most))
            trends = uow.usage_reports.trends(selection, request.by, pieces) if pieces else {}
        ordered = in_order(rows, request.sort, request.order)
        report = report_of(span, request.timezone, ordered)
        return replace(report, buckets=tuple(pieces), trends=trends)
