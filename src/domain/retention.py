"""How long single calls are kept. Their sums stay."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from domain.errors import Invalid
from domain.phrases import Phrase

#: Calls may come this late, so that a shorter time would delete what was just accepted.
SHORTEST_DAYS = 90
LONGEST_DAYS = 36_500


def check_days(days: int) -> None:
    """Raises ``Invalid`` for a number of days that calls cannot be kept."""
    if not SHORTEST_DAYS <= days <= LONGEST_DAYS:
        detail = Phrase(
            "must be from %(least)s to %(most)s days", least=SHORTEST_DAYS, most=LONGEST_DAYS
        )
        raise Invalid.at("/retention_days", detail)


def kept_from(now: datetime, *days: int | None) -> datetime | None:
    """The UTC midnight before which calls go, by the shortest of ``days``; None where none is set.

    At a midnight all buckets of sums begin, so that each lies wholly before it or after it.
    """
    known = [each for each in days if each is not None]
    if not known:
        return None
    today = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return today - timedelta(days=min(known))


def months(first: date, last: date) -> Iterator[date]:
    """The first day of each month from that of ``first`` to that of ``last``."""
    month = first.replace(day=1)
    while month <= last:
        yield month
        month = next_month(month)


def next_month(month: date) -> date:
    """The first day of the month after."""
    return (month.replace(day=1) + timedelta(days=32)).replace(day=1)
