"""How old a price book is."""

from datetime import date

import pytest

from domain.pricing.book_info import BookInfo

DAY = date(2026, 11, 26)


@pytest.mark.parametrize(
    ("version", "day", "is_newer"),
    [
        ("2026-11-27", DAY, True),
        ("2026-11-27.2", DAY, True),
        ("2026-11-26", DAY, False),
        ("2026-11-25", DAY, False),
        ("acme.1", DAY, False),
        ("2026-11-27", None, False),
    ],
)
def test_a_book_is_newer_than_a_day_when_it_was_made_after_it(
    version: str,
    day: date | None,
    is_newer: bool,  # noqa: FBT001
) -> None:
    assert BookInfo(version=version).is_newer_than(day) is is_newer
