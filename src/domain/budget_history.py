"""Which periods a budget had, each by the terms that it was counted by."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from domain.budget import Budget, BudgetTerms
from domain.budget_version import BudgetVersion
from domain.period import Span

#: A moment before a period begins is in the one before.
_MOMENT = timedelta.resolution


@dataclass(frozen=True, slots=True)
class TermsOfPeriod:
    """A period, or what of it was over when its length or time zone was changed.

    ``version`` is the one whose ``terms`` held in its end; None before there was a budget, where
    ``terms`` are today's.
    """

    span: Span
    terms: BudgetTerms
    version: int | None

    @property
    def is_whole(self) -> bool:
        return self.span == self.terms.period_at(self.span.start)


def terms_of_periods(
    budget: Budget, versions: Sequence[BudgetVersion], now: datetime, most: int
) -> list[TermsOfPeriod]:
    """The period of ``now`` and those before it, by when they ended, newest first.

    All that ended while a version held are there, and no time is missing. A change counts for the
    whole of the period that it falls in: where days became months, those that were over stand
    beside the month. ``versions`` come newest first.
    """
    return list(islice(_periods(budget, versions, now), most))


def _periods(
    budget: Budget, versions: Sequence[BudgetVersion], now: datetime
) -> Iterator[TermsOfPeriod]:
    last = TermsOfPeriod(budget.period_at(now), budget.terms, budget.version)
    yield last
    earliest = last.span.start
    held_until: datetime | None = None
    for version in versions:
        end = last.span.start
        if held_until is not None:
            end = _end_of_own(version.terms, held_until, end)
        while end > version.since:
            last = TermsOfPeriod(_ending(version.terms, end), version.terms, version.version)
            yield last
            end = last.span.start
        earliest, held_until = min(earliest, last.span.start), version.since
    while True:
        last = TermsOfPeriod(_ending(budget.terms, earliest), budget.terms, None)
        yield last
        earliest = last.span.start


def _end_of_own(terms: BudgetTerms, held_until: datetime, newer: datetime) -> datetime:
    """Where the last period ends that is counted by these terms, if ``newer`` ones begin there.

    What was in progress when they were changed is cut short, or counted by newer terms as a whole.
    """
    in_progress = terms.period_at(held_until - _MOMENT)
    if in_progress.end <= held_until:
        return in_progress.end
    return max(in_progress.start, newer)


def _ending(terms: BudgetTerms, end: datetime) -> Span:
    """The period, or the part of one, that ends there."""
    return Span(terms.period_at(end - _MOMENT).start, end)
