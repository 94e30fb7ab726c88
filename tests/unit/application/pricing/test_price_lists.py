"""Which prices an organization's calls are priced at, and what is remembered of them."""

from decimal import Decimal

import pytest

from adapters.pricing.book import BundledPricingTables
from application.pricing.price_lists import PriceLists
from application.pricing.set_terms import SetTerms, SetTermsRequest
from domain.pricing.terms import TermsKind
from tests.builders import an_id
from tests.unit.application.world import World

TABLE, NEXT = BundledPricingTables().current(), BundledPricingTables().current()


@pytest.fixture
def organization_id(world: World) -> str:
    return world.organization().id


def set_discount(world: World, organization_id: str) -> None:
    SetTerms(world.units, world.identifiers, world.clock)(
        SetTermsRequest(
            organization_id=organization_id,
            user_id=an_id(),
            kind=TermsKind.DISCOUNT,
            changes={"percent": Decimal(10), "provider": "openai"},
        )
    )


@pytest.mark.parametrize("has_terms", [False, True])
def test_what_was_last_asked_for_is_known(
    world: World, organization_id: str, *, has_terms: bool
) -> None:
    lists = PriceLists(BundledPricingTables())
    assert lists.last_known(organization_id, TABLE) is None
    if has_terms:
        set_discount(world, organization_id)
    with world.units() as uow:
        prices = lists.of(uow, organization_id, TABLE)
    known = lists.last_known(organization_id, TABLE)
    assert known is not None
    assert (known.prices, known.revision) == (prices, int(has_terms))
    assert lists.last_known("another", TABLE) is None


def test_of_another_list_only_what_it_says_itself_is_known(
    world: World, organization_id: str
) -> None:
    lists = PriceLists(BundledPricingTables())
    with world.units() as uow:
        lists.of(uow, organization_id, TABLE)
    plain = lists.last_known(organization_id, NEXT)
    assert plain is not None
    assert plain.prices is NEXT
    set_discount(world, organization_id)
    with world.units() as uow:
        lists.of(uow, organization_id, TABLE)
    assert lists.last_known(organization_id, NEXT) is None
