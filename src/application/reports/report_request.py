"""What every report is asked for."""

from dataclasses import dataclass
from datetime import datetime

from application.reports.span_of_report import span_of_report
from domain.period import Span, zone
from domain.report import EventFilter, EventSelection


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportRequest:
    """Which calls a report is of. ``start`` and ``end`` are aware."""

    organization_id: str
    start: datetime | None = None
    end: datetime | None = None
    timezone: str = "UTC"
    filter: EventFilter = EventFilter()

    def span(self, now: datetime) -> Span:
        """As ``span_of_report`` has it.

        Raises:
            Invalid: the range or the time zone is not usable.
        """
        return span_of_report(self.start, self.end, zone(self.timezone), now)

    def over(self, span: Span) -> EventSelection:
        """The calls of a span that pass."""
        return EventSelection(organization_id=self.organization_id, span=span, filter=self.filter)


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedRequest(ReportRequest):
    """``before`` is what to compare with, None for as much time as has passed, just before."""

    is_compared: bool = True
    before: Span | None = None

    def span_before(self, span: Span, now: datetime) -> Span | None:
        """What ``span`` is compared with; None where it is not."""
        return (self.before or span.until(now).before) if self.is_compared else None
