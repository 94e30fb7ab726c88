"""What a few groups leave of the whole."""

from decimal import Decimal
from typing import Any

import pytest

from adapters.sql.usage_few_groups import others

_NUMBERS = ("calls", "cost_usd")


def a_row(bucket: int, calls: int, cost: str | None) -> dict[str, Any]:
    return {"bucket": bucket, "calls": calls, "cost_usd": None if cost is None else Decimal(cost)}


def test_all_others_are_the_whole_less_the_groups_bucket_by_bucket() -> None:
    whole = [a_row(1, 5, "1000000.3"), a_row(2, 4, "2")]
    own = [a_row(1, 2, "0.1"), a_row(1, 1, "0.000000000000000000000000000001"), a_row(2, 1, None)]
    assert others(whole, own, _NUMBERS, 7) == [
        {
            "place": 7,
            "group_0": None,
            "bucket": 1,
            "calls": 2,
            "cost_usd": Decimal("1000000.199999999999999999999999999999"),
        },
        {"place": 7, "group_0": None, "bucket": 2, "calls": 3, "cost_usd": Decimal(2)},
    ]


@pytest.mark.parametrize("cost", [None, "0"])
def test_where_the_groups_have_all_calls_nobody_else_has_a_row(cost: str | None) -> None:
    assert others([a_row(1, 2, cost)], [a_row(1, 2, cost)], _NUMBERS, 7) == []
