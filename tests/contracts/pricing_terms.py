"""What every store of an organization's own terms promises."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from threading import Event, Thread

import pytest

from application.ports.unit_of_work import UnitsOfWork
from domain.organization import Organization
from domain.pricing.pricing_terms import Entry, PricingTerms
from domain.pricing.terms import (
    AliasTerms,
    DiscountTerms,
    OwnPriceTerms,
    OwnRate,
    Terms,
    TermsKind,
)
from tests.agreements import an_entry
from tests.builders import NOW, an_id
from tests.contracts.tenants import a_stored_organization

PRICE = OwnPriceTerms(
    provider="azure",
    model="GPT-4o/ü 🦊",
    rates=(
        OwnRate(class_="input", unit_price_usd=Decimal("0.000000000000000001"), per=10**6),
        OwnRate(class_="input", unit_price_usd=Decimal(10**6), per=10**6, tier_from=200_000),
        OwnRate(
            class_="audio_seconds",
            unit_price_usd=Decimal("0.36"),
            per=3600,
            service_tier="batch",
            region="eu",
        ),
    ),
    valid_from=date(2026, 1, 1),
    valid_to=date(9999, 12, 31),
    note="Enterprise agreement 7",
)
DISCOUNT = DiscountTerms(provider="openai", percent=Decimal("12.3456"))
ALIAS = AliasTerms(provider="azure", alias="My Deployment", model="gpt-4o", model_provider="openai")


def add(units_of_work: UnitsOfWork, *entries: Entry[Terms]) -> None:
    with units_of_work() as uow:
        for entry in entries:
            uow.pricing_terms.add(entry.organization_id, entry)
        uow.commit()


def load(units_of_work: UnitsOfWork, organization: Organization) -> PricingTerms:
    with units_of_work() as uow:
        return uow.pricing_terms.load(organization.id)


class PricingTermsContract:
    """Inherit where a fixture ``units_of_work`` gives an empty store."""

    @pytest.fixture
    def organization(self, units_of_work: UnitsOfWork) -> Organization:
        return a_stored_organization(units_of_work)

    @pytest.mark.parametrize("terms", [PRICE, DISCOUNT, ALIAS, replace(ALIAS, model_provider=None)])
    def test_an_entry_comes_back_as_stored(
        self, units_of_work: UnitsOfWork, organization: Organization, terms: Terms
    ) -> None:
        entry = an_entry(terms, organization_id=organization.id)
        add(units_of_work, entry)
        with units_of_work() as uow:
            assert uow.pricing_terms.list(organization.id, terms.kind) == [entry]

    def test_terms_are_sorted_by_their_kind(
        self, units_of_work: UnitsOfWork, organization: Organization
    ) -> None:
        entries = [an_entry(t, organization_id=organization.id) for t in (ALIAS, PRICE, DISCOUNT)]
        add(units_of_work, *entries)
        terms = load(units_of_work, organization)
        assert (terms.aliases, terms.own_prices, terms.discounts) == tuple((e,) for e in entries)

    def test_entries_are_listed_in_their_order_and_in_parts(
        self, units_of_work: UnitsOfWork, organization: Organization
    ) -> None:
        entries = [
            an_entry(replace(ALIAS, alias=name), organization_id=organization.id)
            for name in ("b", "a", "c")
        ]
        add(units_of_work, *entries)
        with units_of_work() as uow:
            listed = uow.pricing_terms.list
            assert listed(organization.id, TermsKind.ALIAS) == entries
            assert listed(organization.id, TermsKind.ALIAS, limit=2) == entries[:2]
            after = listed(organization.id, TermsKind.ALIAS, after=entries[1].id)
            assert after == entries[2:]
            assert listed(organization.id, TermsKind.DISCOUNT) == []

    def test_changed_terms_replace_the_old_ones_and_not_who_entered_them(
        self, units_of_work: UnitsOfWork, organization: Organization
    ) -> None:
        entry = an_entry(DISCOUNT, organization_id=organization.id)
        add(units_of_work, entry)
        later = NOW + timedelta(days=1)
        changed = replace(entry, terms=replace(DISCOUNT, percent=Decimal(20)), updated_at=later)
        with units_of_work() as uow:
            uow.pricing_terms.update(organization.id, replace(changed, created_by=an_id()))
            uow.commit()
        assert load(units_of_work, organization).discounts == (changed,)

    def test_every_change_makes_a_revision(
        self, units_of_work: UnitsOfWork, organization: Organization
    ) -> None:
        entry = an_entry(DISCOUNT, organization_id=organization.id)
        with units_of_work() as uow:
            terms = uow.pricing_terms
            assert terms.revision(organization.id) == 0
            terms.add(organization.id, entry)
            assert terms.revision(organization.id) == 1
            terms.update(organization.id, entry)
            assert terms.revision(organization.id) == 2
            terms.remove(organization.id, entry.id)
            assert terms.load(organization.id).revision == 3
            assert terms.load(organization.id).discounts == ()

    def test_another_organizations_terms_are_neither_seen_nor_changed(
        self, units_of_work: UnitsOfWork, organization: Organization
    ) -> None:
        other = a_stored_organization(units_of_work)
        entry = an_entry(DISCOUNT, organization_id=other.id)
        add(units_of_work, entry)
        with units_of_work() as uow:
            uow.pricing_terms.remove(organization.id, entry.id)
            uow.pricing_terms.update(organization.id, replace(entry, terms=ALIAS))
            uow.commit()
        assert load(units_of_work, organization).discounts == ()
        assert load(units_of_work, other).discounts == (entry,)
        assert load(units_of_work, other).revision == 1

    def test_an_unknown_organization_has_no_terms(self, units_of_work: UnitsOfWork) -> None:
        with units_of_work() as uow:
            assert uow.pricing_terms.revision(an_id()) == 0
            assert uow.pricing_terms.load(an_id()).own_prices == ()

    @pytest.mark.parametrize("is_locked", [False, True])
    def test_a_change_waits_for_whoever_holds_the_terms(
        self,
        units_of_work: UnitsOfWork,
        organization: Organization,
        is_locked: bool,  # noqa: FBT001
    ) -> None:
        entry = an_entry(DISCOUNT, organization_id=organization.id)
        has_changed = Event()

        def change() -> None:
            add(units_of_work, entry)
            has_changed.set()

        with units_of_work() as uow:
            if is_locked:
                uow.pricing_terms.lock(organization.id)
            else:
                uow.pricing_terms.revision(organization.id)
            changer = Thread(target=change)
            changer.start()
            assert not has_changed.wait(0.2)
            assert uow.pricing_terms.load(organization.id).discounts == ()
        assert has_changed.wait(30)
        changer.join(30)
        assert load(units_of_work, organization).discounts == (entry,)
