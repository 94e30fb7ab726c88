"""Aliases that help nobody are told where they were entered."""

from datetime import date
from typing import Any

import pytest

from adapters.pricing.book import BundledPricingTables
from application.pricing.find_idle_aliases import FindIdleAliases
from domain.pricing.pricing_terms import Alias
from domain.pricing.terms import AliasTerms
from tests.agreements import alias, an_entry, own_price, rate
from tests.unit.application.world import World


@pytest.fixture
def find(world: World) -> FindIdleAliases:
    return FindIdleAliases(BundledPricingTables(), world.clock)


def an_alias(model: str, **fields: Any) -> Alias:
    terms = AliasTerms(provider="azure", alias="deployment-7", model=model, **fields)
    found: Alias = an_entry(terms)
    return found


@pytest.mark.parametrize("model", ["gpt-4o", "GPT-4o-2024-08-06"])
def test_an_alias_of_a_model_with_a_price_is_of_use(find: FindIdleAliases, model: str) -> None:
    assert find("org", [an_alias(model)]) == set()


def test_a_mistyped_model_is_told(find: FindIdleAliases) -> None:
    good, bad = an_alias("gpt-4o"), alias("other", "gtp-4o", provider="azure")
    assert find("org", [good, bad]) == {bad.id}


def test_another_sellers_model_needs_its_seller(find: FindIdleAliases) -> None:
    lost = an_alias("mistral-large-2512")
    assert find("org", [lost]) == {lost.id}
    assert find("org", [an_alias("mistral-large-2512", model_provider="mistral")]) == set()


def test_an_own_price_makes_an_alias_useful(find: FindIdleAliases) -> None:
    entered = own_price("house-model", rate("input", "1"), provider="azure")
    assert find("org", [an_alias("house-model"), entered]) == set()


def test_one_that_begins_later_is_judged_by_its_first_day_and_one_that_is_over_not_at_all(
    find: FindIdleAliases,
) -> None:
    later = an_alias("unheard-of-9", valid_from=date(2099, 1, 1))
    over = an_alias("unheard-of-9", valid_to=date(2020, 1, 1))
    assert find("org", [later, over]) == {later.id}
