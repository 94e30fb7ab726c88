"""Which budgets a call counts towards, and what it adds to which of their periods."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.memory.selections import select
from adapters.memory.state import State
from domain.budget import Budget, BudgetPeriod, BudgetTerms
from domain.budget_book import BudgetBook, Posting
from domain.budget_scope import Attribution, BudgetScope
from domain.event import Event
from domain.period import Span
from domain.report import Dimension, EventSelection
from tests.builders import NOW, a_budget, a_cost, an_api_key, an_event, an_organization

ACME = an_organization()
KEYS = (an_api_key(ACME), an_api_key(ACME))
TERMS = BudgetTerms(name="All of it", limit_usd=Decimal(100))
#: Half and quarter hours, clocks that move by half an hour, and clocks that move at midnight.
ZONES = (
    "UTC",
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "America/St_Johns",
    "Australia/Lord_Howe",
    "Europe/Berlin",
    "America/Havana",
    "Africa/Cairo",
)
EVER = Span(datetime(2020, 1, 1, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC))
names = st.sampled_from([None, "a", "b", "Ä"])
tags = st.dictionaries(st.sampled_from(["team", "project", "tag team"]), st.sampled_from("ab"))
amounts = st.decimals(-(10**6), 10**6, places=30)
#: Local midnights, where a period may end, and whatever lies between them.
moments = st.one_of(
    st.integers(0, 25 * 10**12).map(
        lambda us: datetime(2026, 3, 1, tzinfo=UTC) + timedelta(microseconds=us)
    ),
    st.builds(
        lambda day, quarter, tick: (
            datetime(2026, 3, 1, tzinfo=UTC)
            + timedelta(days=day, minutes=15 * quarter, microseconds=tick)
        ),
        st.integers(0, 280),
        st.integers(0, 95),
        st.sampled_from([-1, 0, 1]),
    ),
)
events = st.builds(
    lambda key, **reported: an_event(key, **reported),
    st.sampled_from(KEYS),
    timestamp=moments,
    project=names,
    environment=names,
    user=names,
    provider=st.sampled_from(["openai", "a"]),
    model=st.sampled_from(["gpt-4o", "a"]),
    tags=tags,
)
scopes = st.builds(
    BudgetScope,
    st.fixed_dictionaries(
        {},
        optional={
            Dimension.PROJECT: st.sampled_from("ab"),
            Dimension.ENVIRONMENT: st.sampled_from("aÄ"),
            Dimension.PROVIDER: st.sampled_from(["openai", "a"]),
            Dimension.MODEL: st.sampled_from(["gpt-4o", "a"]),
            Dimension.USER: st.sampled_from("ab"),
            Dimension.API_KEY: st.sampled_from([key.id for key in KEYS]),
        },
    ),
    tags,
)
budgets = st.builds(
    lambda scope, period, timezone: a_budget(
        ACME, terms=replace(TERMS, scope=scope, period=period, timezone=timezone)
    ),
    st.one_of(st.just(BudgetScope()), scopes),
    st.sampled_from(BudgetPeriod),
    st.sampled_from(ZONES),
)


def counts(budget: Budget, event: Event) -> bool:
    """Whether a report filtered by the budget's scope has the call."""
    state = State(events={(ACME.id, event.id): event})
    filter_ = budget.terms.scope.as_filter
    return bool(
        list(select(state, EventSelection(organization_id=ACME.id, span=EVER, filter=filter_)))
    )


def naive_sums(
    kept: Sequence[Budget], costs: Sequence[tuple[Event, Decimal]]
) -> dict[tuple[str, Span], Fraction]:
    sums: dict[tuple[str, Span], Fraction] = defaultdict(Fraction)
    for budget in kept:
        for event, amount in costs:
            if counts(budget, event):
                period = budget.period_at(event.reported.timestamp)
                sums[budget.id, period] += Fraction(amount)
    return {key: total for key, total in sums.items() if total}


@settings(max_examples=60, deadline=None)
@given(st.lists(budgets, max_size=6), st.lists(st.tuples(events, amounts), max_size=12))
def test_postings_are_the_sums_over_the_calls_of_each_scope_to_the_last_digit(
    kept: list[Budget], costs: list[tuple[Event, Decimal]]
) -> None:
    postings = BudgetBook(kept).postings(costs)
    found = {
        (budget.id, each.period): Fraction(each.amount_usd)
        for each in postings
        for budget in each.budgets
    }
    assert len(found) == sum(len(each.budgets) for each in postings)
    assert found == naive_sums(kept, costs)


@settings(max_examples=60, deadline=None)
@given(st.lists(budgets, max_size=8), events)
def test_a_call_counts_towards_the_budgets_whose_report_has_it(
    kept: list[Budget], event: Event
) -> None:
    found = BudgetBook(kept[::-1]).matching(Attribution.of(event))
    assert found == sorted((it for it in kept if counts(it, event)), key=lambda it: it.id)


@pytest.mark.parametrize(
    ("timezone", "midnight"),
    [
        ("Asia/Kolkata", "2026-11-22T18:30Z"),
        ("Asia/Kathmandu", "2026-11-22T18:15Z"),
        ("America/St_Johns", "2026-11-23T03:30Z"),
        ("America/St_Johns", "2026-03-09T02:30Z"),
        ("Australia/Lord_Howe", "2026-04-05T13:30Z"),
        ("America/Havana", "2026-03-08T05:00Z"),
    ],
)
def test_a_day_begins_at_local_midnight_to_the_microsecond(timezone: str, midnight: str) -> None:
    begin = datetime.fromisoformat(midnight)
    budget = a_budget(ACME, terms=replace(TERMS, period=BudgetPeriod.DAY, timezone=timezone))
    costs = [
        (an_event(KEYS[0], timestamp=begin - timedelta.resolution), Decimal(1)),
        (an_event(KEYS[0], timestamp=begin), Decimal(2)),
    ]
    yesterday, today = BudgetBook([budget]).postings(costs)
    assert (yesterday.period.end, yesterday.amount_usd) == (begin, Decimal(1))
    assert (today.period.start, today.amount_usd) == (begin, Decimal(2))


def test_a_call_counts_towards_every_budget_that_it_falls_under() -> None:
    whole = a_budget(ACME)
    daily = a_budget(ACME, terms=replace(TERMS, period=BudgetPeriod.DAY))
    project = BudgetScope({Dimension.PROJECT: "a"})
    scoped, twin = (a_budget(ACME, terms=replace(TERMS, scope=project)) for _ in range(2))
    book = BudgetBook([whole, daily, scoped, twin])
    event = an_event(KEYS[0], project="a", timestamp=NOW)
    assert book.postings([(event, Decimal("0.1"))]) == [
        Posting(budgets, budgets[0].period_at(NOW), Decimal("0.1"))
        for budgets in ([whole], [daily], [scoped, twin])
    ]


def test_a_tag_is_not_taken_for_a_field_of_the_same_name() -> None:
    by_tag = a_budget(ACME, terms=replace(TERMS, scope=BudgetScope(tags={"project": "a"})))
    by_field = a_budget(ACME, terms=replace(TERMS, scope=BudgetScope({Dimension.PROJECT: "a"})))
    book = BudgetBook([by_tag, by_field])
    assert book.matching(Attribution(project="a")) == [by_field]
    assert book.matching(Attribution(tags={"project": "a"})) == [by_tag]


def test_what_cancels_out_is_not_posted() -> None:
    event = an_event(KEYS[0], cost=a_cost("1"))
    assert BudgetBook([a_budget(ACME)]).postings([(event, Decimal(1)), (event, Decimal(-1))]) == []


def test_without_budgets_nothing_is_posted_and_nothing_found() -> None:
    book = BudgetBook([])
    assert not book
    assert book.postings([(an_event(KEYS[0]), Decimal(1))]) == []
    assert book.matching(Attribution()) == []
    budget = a_budget(ACME)
    assert BudgetBook([budget]).get(budget.id) is budget
    assert BudgetBook([budget]).get("unknown") is None
