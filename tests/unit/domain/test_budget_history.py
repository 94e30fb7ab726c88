"""Which periods a budget had, whatever was changed of it and when."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from domain.budget import Budget, BudgetPeriod, BudgetTerms
from domain.budget_history import terms_of_periods
from domain.budget_version import BudgetVersion
from domain.period import Span
from tests.builders import NOW

_TERMS = st.builds(
    BudgetTerms,
    name=st.just("Team"),
    limit_usd=st.sampled_from((Decimal(1), Decimal(2), Decimal(3))),
    period=st.sampled_from(BudgetPeriod),
    timezone=st.sampled_from(("UTC", "Asia/Kathmandu", "Australia/Lord_Howe", "Africa/Cairo")),
)
#: How long each of the terms held, the oldest first.
_HISTORIES = st.lists(
    st.tuples(_TERMS, st.timedeltas(timedelta(0), timedelta(days=200))), min_size=1, max_size=6
)
MOST = 12


def told(history: Sequence[tuple[BudgetTerms, timedelta]]) -> tuple[Budget, list[BudgetVersion]]:
    """A budget with its versions, the newest first."""
    since = NOW - sum((held for _, held in history), timedelta(0))
    budget = Budget(
        id="b", organization_id="o", terms=history[0][0], version=1,
        created_at=since, updated_at=since,
    )  # fmt: skip
    versions = [BudgetVersion.of(budget, None)]
    for (_, held), (terms, _) in pairwise(history):
        since += held
        changed = budget.revised(terms, since)
        if changed.version > budget.version:
            versions.insert(0, BudgetVersion.of(changed, None))
        budget = changed
    return budget, versions


@given(_HISTORIES)
def test_no_time_is_missing_whatever_was_changed(
    history: list[tuple[BudgetTerms, timedelta]],
) -> None:
    first, *older = terms_of_periods(*told(history), NOW, MOST)
    assert len(older) == MOST - 1
    assert first.span.start <= NOW < first.span.end
    earliest, end = first.span.start, first.span.end
    for each in older:
        assert each.span.start < each.span.end <= end
        assert each.span.end >= earliest
        earliest, end = min(earliest, each.span.start), each.span.end


@given(_HISTORIES)
def test_every_period_is_there_that_ended_while_a_version_held(
    history: list[tuple[BudgetTerms, timedelta]],
) -> None:
    budget, versions = told(history)
    found = terms_of_periods(budget, versions, NOW, MOST)
    shown = {(each.version, each.span) for each in found}
    held_until = NOW
    for version in versions:
        moment = held_until
        while (ended := version.terms.period_at(moment)).end > held_until:
            moment = ended.start - timedelta.resolution
        while ended.end > max(version.since, found[-1].span.end):
            assert (version.version, ended) in shown
            ended = version.terms.period_at(ended.start - timedelta.resolution)
        held_until = version.since


@given(_HISTORIES)
def test_each_is_a_period_of_the_terms_that_held_in_its_end(
    history: list[tuple[BudgetTerms, timedelta]],
) -> None:
    budget, versions = told(history)
    for each in terms_of_periods(budget, versions, NOW, MOST)[1:]:
        last = each.span.end - timedelta.resolution
        whole = each.terms.period_at(last)
        assert (whole.start, whole.end >= each.span.end) == (each.span.start, True)
        assert (each.version, each.terms) == _held_at(last, budget, versions)


def _held_at(
    instant: datetime, budget: Budget, versions: Sequence[BudgetVersion]
) -> tuple[int | None, BudgetTerms]:
    begun = [each for each in versions if each.since <= instant]
    newest = max(begun, key=lambda each: each.version, default=None)
    return (newest.version, newest.terms) if newest else (None, budget.terms)


def test_the_period_in_progress_is_by_todays_terms_from_its_beginning() -> None:
    terms = BudgetTerms(name="Team", limit_usd=Decimal(1), period=BudgetPeriod.MONTH)
    dearer = replace(terms, limit_usd=Decimal(2))
    budget, versions = told([(terms, timedelta(hours=1)), (dearer, timedelta(0))])
    (first,) = terms_of_periods(budget, versions, NOW, 1)
    assert (first.terms, first.version) == (dearer, 2)
    assert first.span == dearer.period_at(NOW)


def test_days_that_were_over_when_they_became_months_stand_beside_the_month() -> None:
    day = BudgetTerms(name="Team", limit_usd=Decimal(1), period=BudgetPeriod.DAY)
    month = replace(day, limit_usd=Decimal(30), period=BudgetPeriod.MONTH)
    held = timedelta(days=3, hours=1)
    found = terms_of_periods(*told([(day, held), (month, timedelta(hours=2))]), NOW, 6)
    today = day.period_at(NOW).start
    days = [today - number * timedelta(days=1) for number in range(4)]
    assert [each.span for each in found[:4]] == [
        month.period_at(NOW), *(Span(start, end) for end, start in pairwise(days)),
    ]  # fmt: skip
    assert [each.version for each in found] == [2, 1, 1, 1, None, None]
    assert found[4].span.end == month.period_at(NOW).start
