"""The order of a table's rows."""

from decimal import Decimal

import pytest

from domain.report import Coverage, Distribution, GroupRow, Measures
from domain.row_order import RowSort, SortOrder, in_order
from domain.usage.token_usage import TokenClass


def a_row(name: str | None, usd: str | None = "1", **measures: object) -> GroupRow:
    cost = None if usd is None else Decimal(usd)
    coverage = Coverage(unpriced=1) if usd is None else Coverage(priced=1)
    fields = {"cost_usd": cost, "calls": 1, "coverage": coverage, **measures}
    return GroupRow((name,), Measures(**fields))  # type: ignore[arg-type]


def names(rows: list[GroupRow]) -> list[str | None]:
    return [row.group[0] for row in rows]


def test_unknown_costs_are_last_whichever_way_rows_are_sorted() -> None:
    rows = [a_row("unknown", None), a_row("cheap", "1"), a_row("dear", "5")]
    assert names(in_order(rows)) == ["dear", "cheap", "unknown"]
    assert names(in_order(rows, order=SortOrder.ASCENDING)) == ["cheap", "dear", "unknown"]


def test_ties_are_costliest_first_and_then_by_name_in_either_order() -> None:
    rows = [a_row("b", "1"), a_row("a", "1"), a_row("c", "2")]
    for order in SortOrder:
        assert names(in_order(rows, RowSort.CALLS, order)) == ["c", "a", "b"]


def test_names_are_sorted_without_regard_to_case_and_a_missing_one_is_last() -> None:
    rows = [a_row(None), a_row("b"), a_row("C"), a_row("a")]
    assert names(in_order(rows, RowSort.NAME)) == ["a", "b", "C", None]


def test_pairs_are_sorted_by_what_their_first_cell_shows() -> None:
    rows = [GroupRow(pair, Measures()) for pair in (("a", "z"), ("b", "y"), ("a", "y"))]
    found = [row.group for row in in_order(rows, RowSort.NAME)]
    assert found == [("a", "y"), ("b", "y"), ("a", "z")]


def test_the_row_of_all_further_values_stays_last() -> None:
    others = GroupRow((None,), Measures(cost_usd=Decimal(99), calls=99), is_overflow=True)
    for sort in RowSort:
        for order in SortOrder:
            assert in_order([others, a_row("a"), a_row("b")], sort, order)[-1] is others


@pytest.mark.parametrize("sort", RowSort)
def test_every_column_sorts_both_ways(sort: RowSort) -> None:
    few = a_row(
        "a",
        "1",
        calls=4,
        latency_ms=Distribution(1, 1, 1, 1),
        tokens={TokenClass.INPUT: 1000},
        coverage=Coverage(priced=1, estimated=3),
    )
    many = a_row(
        "b",
        "50",
        calls=5,
        errors=1,
        latency_ms=Distribution(2, 2, 2, 2),
        tokens={TokenClass.CACHE_READ: 1000},
        coverage=Coverage(priced=5),
    )
    assert in_order([few, many], sort, SortOrder.ASCENDING) == [few, many]
    assert in_order([few, many], sort, SortOrder.DESCENDING) == [many, few]


def test_a_cost_per_thousand_tokens_divides_by_all_tokens() -> None:
    measures = a_row("a", "3", tokens={TokenClass.INPUT: 1500, TokenClass.OUTPUT: 500}).measures
    assert measures.cost_per_1000_tokens_usd == Decimal("1.5")
    assert a_row("a", None, tokens={TokenClass.INPUT: 5}).measures.cost_per_1000_tokens_usd is None
    assert a_row("a", "3").measures.cost_per_1000_tokens_usd is None
    dearest = a_row("a", "999999999999.5", tokens={TokenClass.INPUT: 1}).measures
    assert dearest.cost_per_1000_tokens_usd == Decimal(999999999999500)


def test_the_cache_hit_rate_is_the_part_of_the_prompts_that_was_read_from_a_cache() -> None:
    tokens = {TokenClass.INPUT: 60, TokenClass.CACHE_READ: 30, TokenClass.CACHE_READ_AUDIO: 10}
    measures = Measures(tokens={**tokens, TokenClass.OUTPUT: 1_000})
    assert measures.cache_hit_rate == 0.4
    assert Measures(tokens={TokenClass.OUTPUT: 5}).cache_hit_rate is None
