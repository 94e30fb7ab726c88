"""How amounts, counts, shares and times are written on a page.

Short where a table is read at a glance; ``exactly`` goes into a title for whoever wants the last
digit. Absent is a dash, never a zero.
"""

from datetime import datetime, time, timedelta, tzinfo
from decimal import ROUND_HALF_UP, Context, Decimal

from domain.money import plain
from domain.period import Span
from domain.report import Measures
from entrypoints.http.pages.dates import DAY, DAY_OF_YEAR, MOMENT, written
from entrypoints.http.pages.vocabulary import words
from entrypoints.http.texts import gettext

ABSENT = "\N{EM DASH}"
_EN_DASH = "\N{EN DASH}"
_MINUS = "\N{MINUS SIGN}"
_NO_BREAK = "\N{NO-BREAK SPACE}"
#: Halves go up, as people expect of money.
_CENT = Decimal("0.01")
_THREE_DIGITS = Context(prec=3, rounding=ROUND_HALF_UP)
_STEPS = ((10**12, "T"), (10**9, "B"), (10**6, "M"), (10**3, "k"))
#: From here on it would be rounded up to a full second, or minute, and is written in it.
_SECOND, _MINUTE = 999.5, 59_950


def usd(amount: Decimal | None) -> str:
    """Cents from a dollar on, three digits below: ``$1,234.50``, ``$0.00042``."""
    if amount is None:
        return ABSENT
    size = abs(amount)
    if not size:
        return "$0.00"
    digits = f"{size.quantize(_CENT, ROUND_HALF_UP):,f}" if size >= 1 else _at_least_cents(size)
    return f"{_MINUS if amount < 0 else ''}${digits}"


def usd_short(amount: Decimal | None) -> str:
    """For axes and tight places: ``$1.2k``, ``$12``, ``$0.00042``."""
    if amount is None:
        return ABSENT
    if abs(amount) < 1 or (abs(amount) < 100 and amount != int(amount)):
        return usd(amount)
    return f"{_MINUS if amount < 0 else ''}${_scaled(abs(amount))}"


def exactly(amount: Decimal | None) -> str:
    """To the last digit: ``$0.00041999``."""
    if amount is None:
        return gettext("unknown")
    # Not its `abs`, which would round to the precision of the thread's context.
    return f"{_MINUS if amount < 0 else ''}${plain(amount.copy_abs())}"


def share_of_hundred(percent: Decimal) -> str:
    """Stated in percent, to the last digit: ``12.5 %``."""
    return f"{plain(percent)} %"


def number(count: int | Decimal) -> str:
    """In full, with separators: ``1,234,567``."""
    return f"{count:,}" if isinstance(count, int) else f"{Decimal(plain(count)):,f}"


def short(count: int) -> str:
    """Up to 9,999 in full, then three digits: ``3.4M``."""
    return number(count) if abs(count) < 10_000 else _scaled(Decimal(count))


def percent(share: float | None) -> str:
    """A share of 1 as ``12.3%``; neither 0% nor 100% unless it is exactly that."""
    if share is None:
        return ABSENT
    if 0 < share < 0.001:
        return "<0.1%"
    if 0.999 < share < 1:
        return ">99.9%"
    # In binary, a hundred times 0.56 is not quite 56.
    value = round(share * 100, 9)
    return f"{value:,.0f}%" if value >= 100 or value == int(value) else f"{value:.1f}%"


def change(now: Decimal | None, before: Decimal | None) -> str | None:
    """From one amount to another: ``+12%``; None where there is nothing to compare."""
    if now is None or not before:
        return None
    ratio = float((now - before) / before)
    if abs(ratio) >= 10:
        return f"{ratio + 1:,.0f}\N{MULTIPLICATION SIGN}"
    sign = _MINUS if ratio < 0 else "+"
    return f"{sign}{abs(ratio) * 100:.{0 if abs(ratio) >= 0.1 else 1}f}%"


def duration(milliseconds: float | None) -> str:
    """``840 ms``, ``1.23 s``, ``2 min 5 s``."""
    if milliseconds is None:
        return ABSENT
    if milliseconds < _SECOND:
        return f"{milliseconds:.0f}{_NO_BREAK}ms"
    if milliseconds < _MINUTE:
        return f"{milliseconds / 1000:.3g}{_NO_BREAK}s"
    minutes, rest = divmod(round(milliseconds / 1000), 60)
    return f"{minutes}{_NO_BREAK}min" + (f" {rest}{_NO_BREAK}s" if rest else "")


def moment(instant: datetime | None, tz: tzinfo) -> str:
    """``23 Nov 2026, 08:04:05`` where the viewer is."""
    return written(instant.astimezone(tz), MOMENT) if instant else ABSENT


def day(instant: datetime | None, tz: tzinfo) -> str:
    """``23 Nov 2026`` where the viewer is."""
    return written(instant.astimezone(tz), DAY) if instant else ABSENT


def last_day(end: datetime, tz: tzinfo) -> str:
    """The day before which something ends, or in which it does: ``31 Jan 2027``."""
    return written(_last(end, tz), DAY)


def days(span: Span, tz: tzinfo) -> str:
    """The first and the last day of a span: ``26 Oct - 23 Nov 2026``."""
    first, last = span.start.astimezone(tz), _last(span.end, tz)
    if first.date() == last.date():
        return written(last, DAY)
    # The year is said once where it is the same.
    begin = written(first, DAY_OF_YEAR if first.year == last.year else DAY)
    return f"{begin} {_EN_DASH} {written(last, DAY)}"


def days_or_moments(span: Span, tz: tzinfo) -> str:
    """The days of a span, or its moments where it is not of whole days."""
    bounds = [bound.astimezone(tz) for bound in (span.start, span.end)]
    if all(bound.time() == time.min for bound in bounds):
        return days(span, tz)
    return f" {_EN_DASH} ".join(written(bound, MOMENT) for bound in bounds)


def token_breakdown(measures: Measures) -> str:
    """Every class that occurs, in full, for a title."""
    tokens = measures.tokens.items()
    used = [f"{words(name)} {number(count)}" for name, count in tokens if count]
    return ", ".join(used) or gettext("none")


def _last(end: datetime, tz: tzinfo) -> datetime:
    return (end - timedelta(microseconds=1)).astimezone(tz)


def _at_least_cents(size: Decimal) -> str:
    digits = plain(_THREE_DIGITS.plus(size))
    whole, _, fraction = digits.partition(".")
    return f"{whole}.{fraction.ljust(2, '0')}"


def _scaled(size: Decimal) -> str:
    for step, letter in _STEPS:
        # What would be rounded up to a full step is written in it: 1.00M, not 1000k.
        if abs(_THREE_DIGITS.plus(size)) >= step:
            return plain(_THREE_DIGITS.divide(size, step)) + letter
    return plain(_THREE_DIGITS.plus(size))
