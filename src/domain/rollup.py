"""By what and how finely sums are kept ready, so that reports need not add up calls."""

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from enum import IntEnum, StrEnum

from domain.period import Span
from domain.report import Dimension, EventFilter, TagDimension

#: All buckets are counted from here, a Monday, as weeks of charts are.
EPOCH = datetime(2000, 1, 3, tzinfo=UTC)

#: Tags of an organization that sums are kept of, and values of each, as they first come: senders
#: may invent any number of both. The calls with further values of a tag share a sum.
MOST_SUMMED_TAGS = 100
MOST_SUMMED_VALUES = 1_000


class Tier(IntEnum):
    """Widths of the buckets of UTC that sums are kept for, counted from ``EPOCH`` on.

    Every time zone's days begin in a quarter of an hour. Four weeks begin on some Monday, and
    sixteen, which nobody sees: they only are fewer rows than days. What is wider than a day has
    sums when it is over (``weeks_over``), so that calls that come need not change them.
    """

    QUARTER = 0
    HOUR = 1
    DAY = 2
    WEEK = 3
    FOUR_WEEKS = 4
    SIXTEEN_WEEKS = 5

    @property
    def length(self) -> timedelta:
        return _LENGTHS[self]


_LENGTHS = {
    Tier.QUARTER: timedelta(minutes=15),
    Tier.HOUR: timedelta(hours=1),
    Tier.DAY: timedelta(days=1),
    Tier.WEEK: timedelta(weeks=1),
    Tier.FOUR_WEEKS: timedelta(weeks=4),
    Tier.SIXTEEN_WEEKS: timedelta(weeks=16),
}


class Breakdown(StrEnum):
    """By which dimensions sums are kept: by none, by one, with models or without, and by all
    together but for users.

    ``combined`` alone could answer everything that it knows; the others are smaller by as much as
    an organization has combinations. ``tag`` is by one tag at a time, whichever it is, and
    ``tag_model`` by one value of a tag and by model.
    """

    TOTAL = "total"
    MODEL = "model"
    PROJECT = "project"
    ENVIRONMENT = "environment"
    API_KEY = "api_key"
    OPERATION = "operation"
    USER = "user"
    PROJECT_MODEL = "project_model"
    ENVIRONMENT_MODEL = "environment_model"
    API_KEY_MODEL = "api_key_model"
    OPERATION_MODEL = "operation_model"
    COMBINED = "combined"
    TAG = "tag"
    TAG_MODEL = "tag_model"

    @property
    def dimensions(self) -> tuple[Dimension, ...]:
        return _DIMENSIONS[self]

    @property
    def finest(self) -> Tier:
        """The narrowest buckets that are kept: the more rows, the less there is to sum up in each.

        With quarters of all combinations the sums would take three times the room of the calls.
        """
        if self in _BY_QUARTER:
            return Tier.QUARTER
        return Tier.HOUR if self in _BY_HOUR else Tier.DAY

    @property
    def coarsest(self) -> Tier:
        """The widest buckets, by which a year is a few rows of each model.

        There may be thousands of users, of whom a year is fewer still, and a call may be in a row
        for each of its tags, which have no wide ones by model.
        """
        return _COARSEST.get(self, Tier.FOUR_WEEKS)


# A model's name says little without its provider.
_MODEL = (Dimension.PROVIDER, Dimension.MODEL)
_DIMENSIONS: dict[Breakdown, tuple[Dimension, ...]] = {
    Breakdown.TOTAL: (),
    Breakdown.MODEL: _MODEL,
    Breakdown.PROJECT: (Dimension.PROJECT,),
    Breakdown.ENVIRONMENT: (Dimension.ENVIRONMENT,),
    Breakdown.API_KEY: (Dimension.API_KEY,),
    Breakdown.OPERATION: (Dimension.OPERATION,),
    Breakdown.USER: (Dimension.USER,),
    Breakdown.PROJECT_MODEL: (*_MODEL, Dimension.PROJECT),
    Breakdown.ENVIRONMENT_MODEL: (*_MODEL, Dimension.ENVIRONMENT),
    Breakdown.API_KEY_MODEL: (*_MODEL, Dimension.API_KEY),
    Breakdown.OPERATION_MODEL: (*_MODEL, Dimension.OPERATION),
    Breakdown.COMBINED: (
        Dimension.PROVIDER,
        Dimension.MODEL,
        Dimension.PROJECT,
        Dimension.ENVIRONMENT,
        Dimension.API_KEY,
        Dimension.OPERATION,
        Dimension.STATUS,
    ),
    # Beside a tag, whose name the senders choose.
    Breakdown.TAG: (),
    Breakdown.TAG_MODEL: _MODEL,
}
_COARSEST = {
    Breakdown.USER: Tier.SIXTEEN_WEEKS,
    Breakdown.TAG_MODEL: Tier.DAY,
}
_BY_QUARTER = (Breakdown.TOTAL, Breakdown.MODEL)
_BY_HOUR = (
    Breakdown.PROJECT,
    Breakdown.ENVIRONMENT,
    Breakdown.API_KEY,
    Breakdown.OPERATION,
    Breakdown.TAG,
)
#: Most calls that come late have come by then.
_LATE = timedelta(hours=2)
#: The breakdowns that tell the values of one tag.
BY_TAG = (Breakdown.TAG, Breakdown.TAG_MODEL)
#: The breakdowns by dimensions that every organization has.
BY_DIMENSIONS = tuple(breakdown for breakdown in Breakdown if breakdown not in BY_TAG)


def weeks_over(now: datetime) -> datetime:
    """The Monday before which weeks are over, and may have sums of their own."""
    return _over(Tier.WEEK, now)


def days_over(now: datetime) -> datetime:
    """The midnight of UTC before which days are over, and hardly change any more."""
    return _over(Tier.DAY, now)


def _over(tier: Tier, now: datetime) -> datetime:
    known = now - _LATE
    return known - (known - EPOCH) % tier.length


def is_summed_up(passing: EventFilter, span: Span) -> bool:
    """Whether sums alone, which outlive calls, have all calls of a span that pass."""
    if passing.tags or Dimension.USER in passing.dimensions:
        return False
    found = breakdown_for(passing.dimensions)
    if found is None:
        return False
    # Quarters of models came later, and calls that were gone by then are in none.
    finest = found.finest if found is Breakdown.TOTAL else max(found.finest, Tier.HOUR)
    return all(not (bound - EPOCH) % finest.length for bound in (span.start, span.end))


def breakdown_for(dimensions: Collection[Dimension | TagDimension]) -> Breakdown | None:
    """The smallest breakdown that knows all of ``dimensions``; None where none does."""
    own = {each for each in dimensions if isinstance(each, Dimension)}
    tags = len(set(dimensions)) - len(own)
    kept = (BY_DIMENSIONS, BY_TAG)[tags] if tags <= 1 else ()
    return next((each for each in kept if own <= set(each.dimensions)), None)
