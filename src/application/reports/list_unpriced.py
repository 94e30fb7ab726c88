"""Which models have no whole price, and what would repair it."""

from dataclasses import dataclass

from application.ports.clock import Clock
from application.ports.pricing_tables import PricingTables
from application.ports.unit_of_work import UnitsOfWork
from application.reports.report_request import ReportRequest
from domain.period import Span
from domain.price_gap import MOST_GAPS, GapReason, PriceGap
from domain.pricing.suggestions import Suggestion, nearest


@dataclass(frozen=True, slots=True, kw_only=True)
class ListUnpricedRequest(ReportRequest):
    """``start`` and ``end`` are aware."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnpricedModel:
    """A gap, with the known names that an unknown one may well mean."""

    gap: PriceGap
    nearest: tuple[Suggestion, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class UnpricedReport:
    """The models with most tokens; ``left_out`` counts those beyond them."""

    span: Span
    timezone: str
    models: tuple[UnpricedModel, ...]
    left_out: int


class ListUnpriced:
    """List calls without a whole price by model and reason; nothing of them is counted as free.

    Raises:
        Invalid: the range or the time zone is not usable.
    """

    def __init__(
        self, units_of_work: UnitsOfWork, pricing_tables: PricingTables, clock: Clock
    ) -> None:
        self._units_of_work = units_of_work
        self._pricing_tables = pricing_tables
        self._clock = clock

    def __call__(self, request: ListUnpricedRequest) -> UnpricedReport:
        span = request.span(self._clock.now())
        selection = request.over(span)
        with self._units_of_work(snapshot=True) as uow:
            gaps = uow.usage_reports.price_gaps(selection)
        return UnpricedReport(
            span=span,
            timezone=request.timezone,
            models=tuple(self._with_nearest(gap) for gap in gaps[:MOST_GAPS]),
            left_out=max(0, len(gaps) - MOST_GAPS),
        )

    def _with_nearest(self, gap: PriceGap) -> UnpricedModel:
        found: list[Suggestion] = []
        if gap.reason is GapReason.UNKNOWN_MODEL:
            found = nearest(self._pricing_tables.current(), gap.provider, gap.model)
        return UnpricedModel(gap=gap, nearest=tuple(found))
