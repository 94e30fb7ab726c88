"""An hour that cost far more than it usually does is told of, with what drove it."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from application.budgets.raise_alerts import RaiseAlerts
from application.ports.clock import Clock
from application.ports.identifiers import Identifiers
from application.ports.unit_of_work import UnitOfWork, UnitsOfWork
from domain.alert import Alert, AlertKind
from domain.cost_change import CostChange, Volume, cost_change, main_cause
from domain.dollars import spoken_usd
from domain.errors import TrueComputeError
from domain.hourly_spend import HOUR, LONGEST_HISTORY_DAYS, HourlySpend, number_of, start_of
from domain.organization import Organization
from domain.period import Interval, Span, buckets, zone
from domain.report import Dimension, EventSelection
from domain.spike import Spike, in_words, judge, same_hours

#: Events come some minutes after their hour.
_SETTLES = timedelta(minutes=10)
#: One bad day is one message, not one an hour.
_QUIET = timedelta(hours=24)
#: The last full one, and those that nobody looked at, or whose calls came late.
_HOURS_JUDGED = 6
_HOURS_OF_HISTORY = LONGEST_HISTORY_DAYS * 24
_LONGEST_NAME = 60


class DetectSpikes:
    """Judge the last full hours of every organization by the same hours of four weeks.

    - The rule and its reasons stand in ``domain.spike``; hours are UTC's.
    - After a spike there is none for a day, so that a bad day is told of once.

    Raises:
        Unavailable: what was found stays raised; one organization stops no other.
    """

    def __init__(
        self,
        units_of_work: UnitsOfWork,
        raise_alerts: RaiseAlerts,
        identifiers: Identifiers,
        clock: Clock,
    ) -> None:
        self._units_of_work = units_of_work
        self._raise_alerts = raise_alerts
        self._identifiers = identifiers
        self._clock = clock

    def __call__(self) -> int:
        """How many spikes were raised."""
        with self._units_of_work(snapshot=True) as uow:
            organizations = uow.organizations.list_all()
        raised, failed = 0, None
        for organization in organizations:
            try:
                raised += self._look_at(organization)
            except TrueComputeError as error:
                failed = failed or error
        if failed is not None:
            raise failed
        return raised

    def _look_at(self, organization: Organization) -> bool:
        now = self._clock.now()
        end = start_of(number_of(now - _SETTLES))
        with self._units_of_work() as uow:
            spend = _hourly_spend(uow, organization, end)
            for hour, cost, spike in _spikes(spend):
                if _was_told(uow, organization, hour):
                    continue
                alert = Alert(
                    id=self._identifiers.new(),
                    organization_id=organization.id,
                    kind=AlertKind.SPIKE,
                    period=hour,
                    spent_usd=cost,
                    created_at=now,
                    explanation=_explained(uow, organization, hour, spike),
                )
                is_new = self._raise_alerts.raise_one(uow, alert)
                uow.commit()
                return is_new
        return False


def _spikes(spend: Sequence[HourlySpend]) -> Iterator[tuple[Span, Decimal, Spike]]:
    """Of the hours to be judged, each by those before it; what each cost."""
    first = next((place for place, each in enumerate(spend) if each.cost_usd), len(spend))
    for place in range(max(len(spend) - _HOURS_JUDGED, first), len(spend)):
        start, cost = spend[place].start, spend[place].cost_usd
        history = spend[max(first, place - _HOURS_OF_HISTORY) : place]
        spike = judge(cost, same_hours(history, start, zone("UTC")))
        if spike is not None:
            yield Span(start, start + HOUR), cost, spike


def _was_told(uow: UnitOfWork, organization: Organization, hour: Span) -> bool:
    since = hour.start - _QUIET
    return any(
        alert.kind is AlertKind.SPIKE and alert.period.start > since
        for alert in _alerts_since(uow, organization, since)
    )


def _alerts_since(uow: UnitOfWork, organization: Organization, since: datetime) -> Iterator[Alert]:
    """Newest first; page by page, because budgets may have alerted often since."""
    after: str | None = None
    while page := uow.alerts.list(organization.id, after=after):
        yield from page
        if page[-1].created_at <= since:
            return
        after = page[-1].id


def _hourly_spend(uow: UnitOfWork, organization: Organization, end: datetime) -> list[HourlySpend]:
    """The hours that are judged, and all those before that they are judged by."""
    span = Span(end - (_HOURS_JUDGED + _HOURS_OF_HISTORY) * HOUR, end)
    selection = EventSelection(organization_id=organization.id, span=span)
    points = uow.usage_reports.series(selection, buckets(span, Interval.HOUR, zone("UTC")))
    return [HourlySpend(point.span.start, point.cost_usd or Decimal(0)) for point in points]


def _explained(uow: UnitOfWork, organization: Organization, hour: Span, spike: Spike) -> str:
    usual = Span(hour.start - timedelta(days=7), hour.end - timedelta(days=7))
    change = cost_change(_volumes(uow, organization, usual), _volumes(uow, organization, hour))
    at = f"The hour from {hour.start:%H:%M} UTC"
    return f"{in_words(spike, at)} {_drove(change)}"


def _drove(change: CostChange[tuple[str | None, ...]]) -> str:
    causes = {
        "volume": "more calls and tokens",
        "price": "dearer calls of the same models",
        "mix": "other models than before",
    }
    text = f"Against the same hour a week before: mostly {causes[main_cause(change)]}"
    if not change.top:
        return f"{text}."
    part = change.top[0]
    names = " / ".join(_said(name) for name in part.key)
    sign = "+" if part.difference_usd >= 0 else "-"
    return f"{text}; {names} {sign}{spoken_usd(part.difference_usd.copy_abs())}."


def _said(name: str | None) -> str:
    """A sender's name as a part of a sentence of ours: on one line, and not a long one."""
    printable = "".join(letter if letter.isprintable() else " " for letter in name or "unknown")
    return printable if len(printable) <= _LONGEST_NAME else f"{printable[:_LONGEST_NAME]}…"


def _volumes(
    uow: UnitOfWork, organization: Organization, span: Span
) -> Mapping[tuple[str | None, ...], Volume]:
    selection = EventSelection(organization_id=organization.id, span=span)
    rows = uow.usage_reports.groups(selection, (Dimension.PROVIDER, Dimension.MODEL))
    return {
        row.group: Volume(
            calls=row.measures.calls,
            tokens=row.measures.total_tokens,
            cost_usd=row.measures.cost_usd or Decimal(0),
        )
        for row in rows
    }
