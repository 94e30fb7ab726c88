"""When calls happen: by day of the week, hour of the day (UTC) and growth of the organization."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

QUARTER_DAYS = 90
_FIRST_VOLUME = 0.62
_GROWTH = 0.76
#: A demo that is started again for months grows no further than this.
_MOST_PROGRESS = 1.25


@dataclass(frozen=True, slots=True)
class Rhythm:
    """``weekdays`` are factors from Monday on, ``hours`` weights from midnight UTC on."""

    weekdays: Sequence[float]
    hours: Sequence[float]

    def moment(self, rng: Random, day: datetime) -> datetime:
        """A millisecond of ``day`` (its midnight), at an hour that is likely."""
        hour = rng.choices(range(24), self.hours)[0]
        return day + timedelta(hours=hour, milliseconds=rng.randrange(3_600_000))


CUSTOMERS = Rhythm(
    weekdays=(1.0, 1.08, 1.06, 1.03, 0.95, 0.5, 0.42),
    hours=(2, 2, 1, 1, 2, 3, 5, 8, 11, 12, 12, 11, 10, 12, 13, 14, 13, 12, 10, 8, 7, 5, 4, 3),
)
OFFICE = Rhythm(
    weekdays=(1.0, 1.1, 1.12, 1.05, 0.9, 0.22, 0.16),
    hours=(1, 1, 0.5, 0.5, 0.5, 1, 3, 8, 13, 15, 15, 13, 9, 13, 15, 15, 13, 10, 7, 5, 3, 3, 2, 1),
)
NIGHTLY = Rhythm(
    weekdays=(1.0, 1.0, 1.0, 1.0, 1.0, 0.7, 0.7),
    hours=(4, 30, 40, 22, 6, *([0.3] * 19)),
)


def progress(day: date, anchor: date) -> float:
    """0 a quarter before ``anchor``, 1 on it, and a little more afterwards."""
    share = 1 - (anchor - day).days / QUARTER_DAYS
    return min(max(share, 0.0), _MOST_PROGRESS)


def volume(day: date, anchor: date) -> float:
    """What the organization's size makes of a workload's ordinary number of calls."""
    return _FIRST_VOLUME + _GROWTH * progress(day, anchor)
