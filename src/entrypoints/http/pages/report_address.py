"""What a report page's address asks for, and the addresses it leads on to.

The names are those of the API (``from, to, tz``, the filters), and some comforts: ``days`` and
``range`` for ranges that move along with the calendar, and plain dates, of which ``to`` is the last
one shown.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from werkzeug.datastructures import MultiDict

from domain.errors import Invalid
from domain.period import Span, zone
from domain.report import EventFilter, GroupBy
from entrypoints.http.pages.named_ranges import NamedRange, range_named, span_before, whole_span
from entrypoints.http.pages.report_bounds import bound, local_day
from entrypoints.http.pages.report_filters import Filter, event_filter, filters_of
from entrypoints.http.pages.stacking import DEFAULT_STACK, default_stack, group_by, stack_of

PRESETS = (7, 30, 90)
DEFAULT_DAYS, MOST_DAYS = 30, 3_660
#: In the address that an interim page leads on to, with figures however long they take. It is no
#: part of what is asked for, so no link takes it along.
AT_ONCE = "at_once"


@dataclass(frozen=True, slots=True)
class ReportAddress:
    """``start`` and ``end`` are as typed, empty where not given; ``days`` end today.

    Of ``days``, ``named`` and what is typed only one is given.

    ``names_utc`` says that UTC is not what holds without a name.

    ``asked_by`` is one of ``STACKS``, or ``tag.`` and a name; empty for what is the default.
    """

    tz: str = "UTC"
    names_utc: bool = False
    days: int | None = DEFAULT_DAYS
    named: NamedRange | None = None
    start: str = ""
    end: str = ""
    filters: tuple[Filter, ...] = ()
    asked_by: str = ""
    is_compared: bool = True

    @classmethod
    def read(cls, args: MultiDict[str, str], own_zone: str | None = None) -> "ReportAddress":
        """Nothing is judged here but what is no filter and no number of days; that is left out.

        ``own_zone`` is the reader's, for an address that names none.
        """
        start, end = args.get("from", "").strip(), args.get("to", "").strip()
        named = None if start or end else range_named(args.get("range", ""))
        return cls(
            tz=args.get("tz", "").strip() or own_zone or "UTC",
            names_utc=own_zone is not None,
            days=None if start or end or named else _days_of(args.get("days", "")),
            named=named,
            start=start,
            end=end,
            filters=tuple(filters_of(args)),
            asked_by=stack_of(args.get("by", "")),
            is_compared=args.get("compare") != "off",
        )

    @property
    def zone(self) -> ZoneInfo:
        """Raises ``Invalid``."""
        return zone(self.tz)

    def bounds(self, now: datetime) -> tuple[datetime | None, datetime | None]:
        """The start and the end that a report is asked for, None for its own default.

        Raises:
            Invalid: a bound or the time zone cannot be read.
        """
        tz = self.zone
        if self.named is not None:
            span = whole_span(self.named, now, tz)
            return span.start, span.end if span.end <= now else None
        if self.days is not None:
            first = now.astimezone(tz).date() - timedelta(days=self.days - 1)
            return local_day(first, tz).start, None
        start = bound(self.start, "/from", tz, last=False)
        end = bound(self.end, "/to", tz, last=True)
        if start is not None and start >= (end or now):
            detail = "must not be after the last day" if end else "must be in the past"
            raise Invalid.at("/from", detail, code="invalid_range")
        return start, end

    def before(self, now: datetime) -> Span | None:
        """What a range with a name is compared with; None for as much time before."""
        return span_before(self.named, now, self.zone) if self.named else None

    @property
    def filter(self) -> EventFilter:
        """The filters by name; several values of one name are alternatives."""
        return event_filter(self.filters)

    @property
    def by(self) -> str:
        """What the chart is stacked by: one of ``STACKS``, or ``tag.`` and a name."""
        return self.asked_by or self._default_stack

    @property
    def _default_stack(self) -> str:
        return default_stack(name for name, _ in self.filters)

    @property
    def group_by(self) -> GroupBy:
        """What the chart is stacked by; nothing for one bar."""
        return group_by(self.by)

    def pairs(self) -> list[tuple[str, str]]:
        """The query string's names and values; what is the default is left out."""
        pairs = self.zone_pairs
        if self.named:
            pairs.append(("range", self.named))
        elif self.days is None:
            pairs += [(name, at) for name, at in (("from", self.start), ("to", self.end)) if at]
        elif self.days != DEFAULT_DAYS:
            pairs.append(("days", str(self.days)))
        return [*pairs, *self.beside_range]

    @property
    def zone_pairs(self) -> list[tuple[str, str]]:
        """The zone's pair, if it must be named."""
        return [("tz", self.tz)] if self.names_utc or self.tz != "UTC" else []

    @property
    def beside_range(self) -> list[tuple[str, str]]:
        """The pairs that another range leaves as they are."""
        # What was asked for beside a filter is still so without it.
        is_usual = self.asked_by in ("", DEFAULT_STACK) and self.by == self._default_stack
        by = [] if is_usual else [("by", self.by)]
        return [*by, *([] if self.is_compared else [("compare", "off")]), *self.filters]

    def query(self, *more: tuple[str, str]) -> str:
        """The query string with its question mark, or nothing."""
        return query_of([*self.pairs(), *more])

    def for_days(self, days: int) -> "ReportAddress":
        return replace(self, days=days, named=None, start="", end="")

    def for_range(self, name: NamedRange) -> "ReportAddress":
        return replace(self, days=None, named=name, start="", end="")

    def for_span(self, span: Span) -> "ReportAddress":
        """Exactly this span, for single calls and for the API, which have no chart to stack."""
        start, end = (_rfc3339(instant) for instant in (span.start, span.end))
        own = replace(self, days=None, named=None, start=start, end=end)
        return replace(own, asked_by="", is_compared=True)

    def query_for(self, span: Span, *added: Filter) -> str:
        """As ``for_span(span).with_filter(*added).query()``, of which a chart has hundreds."""
        before, after = _around_span(self, added)
        return f"?{before}{_span_query(span)}{after}"

    def with_comparison_switched(self) -> "ReportAddress":
        """With the change against the time before where it is left out, else without."""
        return replace(self, is_compared=not self.is_compared)

    def stacked_by(self, by: str) -> "ReportAddress":
        return replace(self, asked_by=by)

    def with_filter(self, *added: Filter) -> "ReportAddress":
        """Further filters, each in place of any others of its name."""
        names = {name for name, _ in added}
        kept = (each for each in self.filters if each[0] not in names)
        return replace(self, filters=(*kept, *added))

    def and_filter(self, added: Filter) -> "ReportAddress":
        """A further filter, beside any others of its name."""
        return replace(self, filters=tuple(dict.fromkeys((*self.filters, added))))

    def without_filter(self, removed: Filter) -> "ReportAddress":
        return replace(self, filters=tuple(each for each in self.filters if each != removed))

    def without(self, *names: str) -> "ReportAddress":
        """No filter of these names."""
        return replace(self, filters=tuple(each for each in self.filters if each[0] not in names))

    def without_filters(self) -> "ReportAddress":
        return replace(self, filters=())


def query_of(pairs: Sequence[tuple[str, str]]) -> str:
    """A query string with its question mark, or nothing."""
    return f"?{urlencode(pairs)}" if pairs else ""


@lru_cache(maxsize=512)
def _around_span(address: ReportAddress, added: tuple[Filter, ...]) -> tuple[str, str]:
    """What stands before and after the span in the query strings of ``query_for``."""
    before = f"{urlencode(address.zone_pairs)}&" if address.zone_pairs else ""
    filters = address.with_filter(*added).filters
    return before, f"&{urlencode(filters)}" if filters else ""


@lru_cache(maxsize=1_024)
def _span_query(span: Span) -> str:
    return urlencode([("from", _rfc3339(span.start)), ("to", _rfc3339(span.end))])


def _rfc3339(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _days_of(text: str) -> int:
    is_number = text.isascii() and text.isdecimal() and len(text) <= len(str(MOST_DAYS))
    return int(text) if is_number and 1 <= int(text) <= MOST_DAYS else DEFAULT_DAYS
