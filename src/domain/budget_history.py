"""Which periods a budget had, each by the terms that it was counted by."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.budget import Budget, BudgetTerms
from domain.budget_version import BudgetVersion
from domain.period import Span


@dataclass(frozen=True, slots=True)
class TermsOfPeriod:
    """A period, or what of it was over when its length or time zone was changed.

    ``version`` is the one whose ``terms`` held in its end; None before there was a budget, where
    ``terms`` are today's.
    """

    span: Span
    terms: BudgetTerms
    version: int | None


def terms_of_periods(
    budget: Budget, versions: Sequence[BudgetVersion], now: datetime, most: int
) -> list[TermsOfPeriod]:
    """The period of ``now`` and those before it, newest first, none missing between them.

    A change counts for the whole of the period that it falls in. ``versions`` come newest first.
    """
    found = [TermsOfPeriod(budget.period_at(now), budget.terms, budget.version)]
    while len(found) < most:
        end = found[-1].span.start
        # A moment before a period begins is in the one before.
        last = end - timedelta.resolution
        held = next((each for each in versions if each.since <= last), None)
        terms, version = (held.terms, held.version) if held else (budget.terms, None)
        span = Span(terms.period_at(last).start, end)
        found.append(TermsOfPeriod(span, terms, version))
    return found
