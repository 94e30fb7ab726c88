"""A benchmark of promises fails where one is broken."""

from benchmarks.budgets.__main__ import broken


def test_what_every_part_found_broken_is_counted_and_figures_break_nothing() -> None:
    parts = {"crossings": lambda: 2, "histories": lambda: 1, "ingestion": lambda: None}
    assert broken(parts, ()) == 3
    assert broken(parts, {"histories", "ingestion"}) == 1
    assert broken(parts, {"ingestion"}) == 0
