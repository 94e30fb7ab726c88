"""What rose and what fell against as much time before, and why."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from application.ports.clock import Clock
from application.ports.unit_of_work import UnitOfWork, UnitsOfWork
from application.reports.report_groups import GroupReport, report_of
from application.reports.report_request import ReportRequest
from domain.cost_change import CostChange, Volume, cost_change
from domain.movers import Mover, movers
from domain.period import Span
from domain.report import Dimension

Model = tuple[str | None, ...]
#: What a change is taken apart by.
MODELS = (Dimension.PROVIDER, Dimension.MODEL)


@dataclass(frozen=True, slots=True, kw_only=True)
class CompareCostsRequest(ReportRequest):
    """``start`` and ``end`` are aware."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CostComparison:
    """The models (with their providers) of a range and of as much time just before it.

    ``moved`` are the models whose known cost is another one, the largest move first.
    """

    now: GroupReport
    before: GroupReport
    change: CostChange[Model]
    moved: tuple[Mover[Model], ...]

    @property
    def risen(self) -> tuple[Mover[Model], ...]:
        return tuple(each for each in self.moved if each.difference_usd > 0)

    @property
    def fallen(self) -> tuple[Mover[Model], ...]:
        return tuple(each for each in self.moved if each.difference_usd < 0)

    @property
    def is_first(self) -> bool:
        """Whether nothing was called in the time before: there is nothing to compare with."""
        return not self.before.rows

    @property
    def has_unknown(self) -> bool:
        """Whether calls of either range have no known cost, and are in no figure of the change."""
        return any(row.measures.coverage.unpriced for row in (*self.now.rows, *self.before.rows))


class CompareCosts:
    """Take the change of cost against the range before apart, by provider and model.

    Raises:
        Invalid: the range or the time zone is not usable.
    """

    def __init__(self, units_of_work: UnitsOfWork, clock: Clock) -> None:
        self._units_of_work = units_of_work
        self._clock = clock

    def __call__(self, request: CompareCostsRequest) -> CostComparison:
        span = request.span(self._clock.now())
        with self._units_of_work.report() as uow:
            now, before = (_models(uow, request, each) for each in (span, span.before))
        return compared(now, before)


def compared(now: GroupReport, before: GroupReport) -> CostComparison:
    """The comparison of two reports by ``MODELS``."""
    volumes = _volumes(before), _volumes(now)
    return CostComparison(
        now=now,
        before=before,
        change=cost_change(*volumes),
        moved=tuple(movers(*volumes)),
    )


def _models(uow: UnitOfWork, request: CompareCostsRequest, span: Span) -> GroupReport:
    selection = request.over(span)
    return report_of(span, request.timezone, uow.usage_reports.groups(selection, MODELS))


def _volumes(report: GroupReport) -> Mapping[Model, Volume]:
    return {
        row.group: Volume(
            calls=row.measures.calls,
            tokens=row.measures.total_tokens,
            cost_usd=row.measures.cost_usd or Decimal(0),
        )
        for row in report.rows
    }
