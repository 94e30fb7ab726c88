"""Pricing again: whose cost changes, and what is summed up."""

from datetime import timedelta
from decimal import Decimal

import pytest

from domain.costing import CostSource, EventCost
from domain.pricing.agreement import Agreement
from domain.repricing import (
    Repricing,
    RepricingPosition,
    RepricingReason,
    RepricingScope,
    RepricingState,
)
from tests.builders import NOW, a_cost, a_quote

UNKNOWN, LISTED = a_cost(None), a_cost("2", quote=a_quote())
WORK = Repricing(
    id="1",
    organization_id="acme",
    reason=RepricingReason.DISCOUNT,
    scope=RepricingScope(terms_id="d"),
    requested_by="ada",
    requested_at=NOW,
    due_at=NOW,
)


def under(terms_id: str) -> EventCost:
    return a_cost("1", quote=a_quote(agreement=Agreement(discount_id=terms_id)))


@pytest.mark.parametrize(
    ("before", "after", "is_concerned"),
    [
        (LISTED, under("d"), True),  # the terms are new
        (under("d"), LISTED, True),  # they are gone
        (under("d"), under("e"), True),
        (UNKNOWN, under("d"), True),
        (under("e"), under("f"), False),
        (UNKNOWN, LISTED, False),  # another book, and not what was asked for
        (LISTED, a_cost("3", quote=a_quote()), False),
    ],
)
def test_terms_change_the_calls_that_they_price_or_priced(
    before: EventCost,
    after: EventCost,
    is_concerned: bool,  # noqa: FBT001
) -> None:
    assert WORK.scope.concerns(before, after) is is_concerned


@pytest.mark.parametrize("source", CostSource)
def test_a_new_book_prices_only_what_had_no_whole_price(source: CostSource) -> None:
    before = a_cost(None if source is CostSource.UNPRICED else "1", source=source)
    is_unknown = source in (CostSource.UNPRICED, CostSource.PARTIAL)
    assert RepricingScope().concerns(before, LISTED) is is_unknown


def test_each_batch_adds_to_what_was_seen_and_changed() -> None:
    position = RepricingPosition(timestamp=NOW - timedelta(hours=1), id="x")
    work = WORK.advanced(position, 500, [(UNKNOWN, LISTED)])
    work = work.advanced(position, 3, [(LISTED, under("d"))])
    assert (work.state, work.position, work.seen, work.changed) == (
        RepricingState.RUNNING, position, 503, 2,
    )  # fmt: skip
    assert (work.cost_before_usd, work.cost_after_usd) == (Decimal(2), Decimal(3))


def test_finished_work_says_when() -> None:
    done = WORK.finished(NOW)
    assert (done.state, done.finished_at) == (RepricingState.DONE, NOW)
