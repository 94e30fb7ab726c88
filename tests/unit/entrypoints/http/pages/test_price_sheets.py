"""Prices as a person reads them."""

from datetime import date
from decimal import Decimal

from domain.pricing.listing import PriceRow, RateRow
from entrypoints.http.pages.price_sheets import by_circumstance, sheets_of


def row(class_: str, usd: str, above: int | None = None, *about: str | None) -> RateRow:
    tier, speed, region = (*about, *("default", "standard", None)[len(about) :])
    return RateRow(class_, Decimal(usd), 10**6, above, str(tier), str(speed), region)


def test_classes_stand_in_the_order_of_a_bill_with_a_column_for_each_threshold() -> None:
    rates = [
        row("web_searches", "10"), row("output", "9", 200), row("output", "8"),
        row("cache_read", "1"), row("input", "2"), row("input", "3", 100), row("input", "4", 200),
    ]  # fmt: skip
    (sheet,) = sheets_of(rates)
    assert [line.class_ for line in sheet.lines] == [
        "input", "cache_read", "output", "web_searches",
    ]  # fmt: skip
    assert sheet.thresholds == [100, 200]
    cells = {
        line.class_: [line.above(above).unit_price_usd for above in sheet.thresholds]
        for line in sheet.lines
    }
    assert cells["input"] == [3, 4]
    assert cells["output"] == [8, 9]
    assert cells["web_searches"] == [10, 10]


def test_a_class_keeps_the_price_of_the_threshold_below() -> None:
    rates = [row("input", "1"), row("input", "2", 100), row("output", "5"), row("output", "6", 200)]
    (sheet,) = sheets_of(rates)
    assert [line.above(200).unit_price_usd for line in sheet.lines] == [2, 6]


def test_the_ordinary_prices_come_first_and_the_others_say_what_they_are() -> None:
    rates = [
        row("input", "1", None, "batch"),
        row("input", "2", None, "priority", "fast", "eu"),
        row("input", "3"),
        row("input", "4", None, "default", "standard", "us"),
    ]
    assert [sheet.words for sheet in sheets_of(rates)] == ["", "batch", "priority, fast, eu", "us"]


def test_a_price_of_batches_alone_is_no_news_of_the_ordinary_price() -> None:
    def span(start: int | None, *rates: RateRow) -> PriceRow:
        begin = date(start, 1, 1) if start else None
        return PriceRow("acme", "m", "book", "1", begin, None, None, disputed=False, rates=rates)

    first = span(None, row("input", "4"))
    lower = span(2025, row("input", "3"), row("input", "2", None, "batch"))
    batch = span(2026, row("input", "1", None, "batch"))
    assert by_circumstance([first, lower, batch]) == [("", [lower, first]), ("batch", [batch])]
    assert by_circumstance([batch]) == [("batch", [batch])]
    assert by_circumstance([]) == []
