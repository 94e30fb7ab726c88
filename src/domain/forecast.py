"""What a budget will have cost when its period ends, and when its limit is reached."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo
from decimal import ROUND_CEILING, Context, Decimal, localcontext

from domain.dollars import spoken_usd
from domain.hourly_spend import HOUR, HourlySpend, start_of
from domain.outlook import ForecastBasis, Outlook, outlook
from domain.period import Span
from domain.phrases import Phrase

__all__ = ["Forecast", "ForecastBasis", "HourlySpend", "explanation", "forecast"]

#: Digits enough for statistics of amounts; they are no accounts and need not be exact.
_STATISTICS = Context(prec=50)
_LAST_DIGIT = Decimal("0.000001")
_NOTHING = Decimal(0)
_TICK = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """US dollars at the end of a period, with six decimals: low <= expected <= high.

    Eight times out of ten the period should end between ``low_usd``, which is never below what
    was already spent, and ``high_usd``. ``runs_out_at`` is when the expected spend reaches the
    limit, at the latest the period's end; it is the time of asking when that has happened and
    None when it is not expected. ``days`` are the whole days of history that this rests on.
    """

    expected_usd: Decimal
    low_usd: Decimal
    high_usd: Decimal
    runs_out_at: datetime | None
    basis: ForecastBasis
    days: int

    def at_least(self, spent_usd: Decimal) -> "Forecast":
        """The same, where more was spent since than it foresaw."""
        return replace(
            self,
            expected_usd=max(self.expected_usd, spent_usd),
            low_usd=max(self.low_usd, spent_usd),
            high_usd=max(self.high_usd, spent_usd),
        )


def forecast(
    *,
    history: Sequence[HourlySpend],
    spent_usd: Decimal,
    period: Span,
    now: datetime,
    limit_usd: Decimal,
    tz: tzinfo,
) -> Forecast | None:
    """What is spent, and what each remaining hour of ``period`` usually costs in ``tz``.

    ``history`` has the full hours of up to 28 days before ``now``; its first entry tells since
    when there is data, hours without spend may be absent, and what is not over is ignored.

    - From 14 days on, by local weekday and hour (``profile_by_weekday``), times the level: the
      last 7 days' cost over what the profile expects of them, from 1/4 to 4.
    - From 2 days on, by local hour of the day.
    - Below, a straight line through the period so far, from where data begins; as long as that is
      less than 1 % of the period, through the history instead; None where that is too short too.

    From the 7th day with spend on, no day counts more than twice the n-th costliest, n being the
    weeks of history and at least 2 (``tamed``).

    The interval is t x sigma x sqrt(r + r^2 / n) to both sides: sigma is the deviation of daily
    totals from the profile's, r the days to come, n the days that the level rests on (7 or
    fewer), t Student's. It holds as long as days go on as they did: it foresees no growth. Around
    a straight line, the rest is taken for half of it to double.
    """
    with localcontext(_STATISTICS):
        rest = outlook(history, spent_usd, period, now, tz)
        if rest is None:
            return None
        expected = rest.expected_usd
        # Sums in another order may differ in their last digit.
        low, high = min(rest.low_usd, expected), max(rest.high_usd, expected)
        return Forecast(
            expected_usd=_rounded(expected, spent_usd),
            low_usd=_rounded(low, spent_usd),
            high_usd=_rounded(high, spent_usd),
            runs_out_at=_reached_at(limit_usd, spent_usd, rest, Span(now, period.end)),
            basis=rest.basis,
            days=rest.days,
        )


def _rounded(to_come: Decimal, spent_usd: Decimal) -> Decimal:
    # A low end below what is spent, if by rounding alone, would be a lie.
    least = spent_usd.quantize(_LAST_DIGIT, ROUND_CEILING)
    return max(round(spent_usd + to_come, 6), least)


def _reached_at(
    limit_usd: Decimal, spent_usd: Decimal, rest: Outlook, left: Span
) -> datetime | None:
    if spent_usd >= limit_usd:
        return left.start
    missing = limit_usd - spent_usd
    for hour, cost in rest.costs_usd.items():
        if cost >= missing:
            share = missing / cost
            # The first and the last hour are partial.
            start, end = max(start_of(hour), left.start), min(start_of(hour) + HOUR, left.end)
            return start + _TICK * int((end - start) // _TICK * share)
        missing -= cost
    return None


def explanation(
    made: Forecast,
    limit_usd: Decimal,
    *,
    spent_usd: Decimal = _NOTHING,
    period: str = "period",
    tz: tzinfo = UTC,
) -> Phrase:
    """A forecast in one or two sentences; ``period`` is the word for it, such as ``month``.

    ``spent_usd`` is what is spent by now, which may have reached the limit since.

    ``By the weekdays and hours of the last 28 days, the month ends at $412.00 (8 times of 10
    between $380.00 and $450.00). The limit of $400.00 is reached by 28 November, 14:05 UTC.``
    """
    return Phrase(
        "%(basis)s, the %(period)s ends at %(expected)s%(band)s. %(limit)s",
        basis=_by_what(made),
        period=Phrase(period),
        expected=spoken_usd(made.expected_usd),
        band=_band(made),
        limit=_about_limit(made, limit_usd, spent_usd, tz),
    )


def _band(made: Forecast) -> str:
    low, high = spoken_usd(made.low_usd), spoken_usd(made.high_usd)
    if low == high:
        return ""
    if made.basis is ForecastBasis.STRAIGHT_LINE:
        return Phrase(" (roughly, between %(low)s and %(high)s)", low=low, high=high)
    return Phrase(" (8 times of 10 between %(low)s and %(high)s)", low=low, high=high)


def _by_what(made: Forecast) -> Phrase:
    if made.basis is ForecastBasis.STRAIGHT_LINE:
        return Phrase("In a straight line from the spend so far")
    if made.basis is ForecastBasis.PROFILE:
        return Phrase("By the weekdays and hours of the last %(days)s days", days=made.days)
    return Phrase("By the hours of the day of the last %(days)s days", days=made.days)


def _about_limit(made: Forecast, limit_usd: Decimal, spent_usd: Decimal, tz: tzinfo) -> Phrase:
    limit = spoken_usd(limit_usd)
    if spent_usd >= limit_usd:
        return Phrase("The limit of %(limit)s is reached.", limit=limit)
    if made.runs_out_at is not None:
        local = made.runs_out_at.astimezone(tz)
        return Phrase(
            "The limit of %(limit)s is reached by %(day)s %(month)s, %(time)s.",
            limit=limit,
            day=local.day,
            month=Phrase(f"{local:%B}"),
            time=f"{local:%H:%M %Z}",
        )
    if made.high_usd >= limit_usd:
        return Phrase("The limit of %(limit)s holds, but not for sure.", limit=limit)
    return Phrase("The limit of %(limit)s holds.", limit=limit)
