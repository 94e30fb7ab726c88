"""An organization's own terms: entered, changed, taken back, and every cost follows."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from adapters.pricing.book import BundledPricingTables
from application.ingestion.ingest_events import IngestEvents, IngestEventsRequest
from application.pricing import set_terms
from application.pricing.list_repricings import ListRepricings, ListRepricingsRequest
from application.pricing.list_terms import ListTerms, ListTermsRequest
from application.pricing.price_lists import PriceLists
from application.pricing.remove_terms import RemoveTerms, RemoveTermsRequest
from application.pricing.reprice_events import RepriceEvents
from application.pricing.set_terms import SetTerms, SetTermsRequest
from domain.costing import CostSource
from domain.errors import Conflict, Invalid, NotFound
from domain.event import Event, ReportedEvent
from domain.organization import Organization
from domain.pricing.terms import OwnRate, TermsKind
from domain.repricing import Repricing, RepricingReason, RepricingState
from tests.agreements import rate
from tests.builders import NOW
from tests.unit.application.world import World

LISTS = PriceLists(BundledPricingTables())
TODAY = NOW.date()
#: A thousand tokens in and a thousand out: $0.0025 and $0.01 by the list.
CALL = ReportedEvent(
    id="a",
    timestamp=NOW - timedelta(days=2),
    provider="openai",
    model="gpt-4o",
    provider_usage={"prompt_tokens": 1000, "completion_tokens": 1000},
)
DEPLOYED = replace(CALL, id="d", provider="azure", model="my-prod-deployment")
LIST_PRICE = Decimal("0.0125")


class Office:
    """An organization whose admin enters terms, with the worker's work done on demand."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.organization: Organization = world.organization()
        self.admin = world.user()
        self.set_terms = SetTerms(world.units, world.identifiers, world.clock)

    def send(self, *calls: ReportedEvent) -> None:
        ingest = IngestEvents(
            self.world.units,
            LISTS,
            self.world.keep_ledger,
            self.world.learn_model_answers,
            self.world.clock,
            self.world.meter,
        )
        ingest(
            IngestEventsRequest(organization_id=self.organization.id, api_key_id="key", items=calls)
        )

    def enter(self, kind: TermsKind, entry_id: str | None = None, **changes: Any) -> str:
        request = SetTermsRequest(
            organization_id=self.organization.id,
            user_id=self.admin.id,
            kind=kind,
            changes=changes,
            entry_id=entry_id,
        )
        return self.set_terms(request).entry.id

    def discount(self, percent: str = "20", **changes: Any) -> str:
        fields = {"provider": "openai", "percent": Decimal(percent), **changes}
        return self.enter(TermsKind.DISCOUNT, **fields)

    def remove(self, kind: TermsKind, entry_id: str, organization_id: str | None = None) -> None:
        remove = RemoveTerms(self.world.units, self.world.identifiers, self.world.clock)
        remove(
            RemoveTermsRequest(
                organization_id=organization_id or self.organization.id,
                user_id=self.admin.id,
                kind=kind,
                entry_id=entry_id,
            )
        )

    def work(self, batch: int = 500) -> int:
        """Everything that is due; answer how many batches it took."""
        reprice = RepriceEvents(
            self.world.units, LISTS, self.world.keep_ledger, self.world.clock, batch=batch
        )
        batches = 0
        while reprice():
            batches += 1
        return batches

    def stored(self, event_id: str = "a") -> Event:
        with self.world.units(snapshot=True) as uow:
            event = uow.events.get(self.organization.id, event_id)
        assert event is not None
        return event

    def cost(self, event_id: str = "a") -> Decimal | None:
        return self.stored(event_id).cost.cost_usd

    def repricings(self) -> list[Repricing]:
        request = ListRepricingsRequest(organization_id=self.organization.id)
        return ListRepricings(self.world.units)(request)


@pytest.fixture
def office(world: World) -> Office:
    return Office(world)


def test_a_discount_prices_past_calls_again_and_what_comes_after_it(office: Office) -> None:
    office.send(CALL)
    assert office.cost() == LIST_PRICE
    office.discount("20")
    office.send(replace(CALL, id="b"))
    assert office.cost("b") == Decimal("0.01")
    assert office.cost() == LIST_PRICE
    office.work()
    assert office.cost() == Decimal("0.01")
    assert office.stored().cost.list_cost_usd == LIST_PRICE
    assert office.stored().repriced_at == NOW


def test_what_was_priced_again_is_counted_with_its_costs(office: Office) -> None:
    office.send(CALL, replace(CALL, id="b"), replace(CALL, id="other", provider="groq"))
    office.discount("20")
    office.work()
    (done,) = office.repricings()
    assert (done.reason, done.state) == (RepricingReason.DISCOUNT, RepricingState.DONE)
    assert (done.seen, done.changed) == (2, 2)
    assert (done.cost_before_usd, done.cost_after_usd) == (2 * LIST_PRICE, Decimal("0.02"))
    assert (done.requested_by, done.finished_at) == (office.admin.id, NOW)


def test_a_long_repricing_goes_on_batch_by_batch_and_sees_each_call_once(office: Office) -> None:
    office.send(*(replace(CALL, id=f"call-{number}") for number in range(7)))
    office.discount("20")
    assert office.work(batch=3) == 3
    (done,) = office.repricings()
    assert (done.seen, done.changed) == (7, 7)
    assert {office.cost(f"call-{number}") for number in range(7)} == {Decimal("0.01")}


def test_an_alias_prices_the_calls_of_a_deployment_that_had_no_price(office: Office) -> None:
    office.send(DEPLOYED)
    assert office.stored("d").cost.source is CostSource.UNPRICED
    alias = office.enter(
        TermsKind.ALIAS, provider="azure", alias="My-Prod-Deployment", model="gpt-4o"
    )
    office.work()
    assert office.cost("d") == LIST_PRICE
    office.remove(TermsKind.ALIAS, alias)
    office.work()
    assert office.cost("d") is None


def test_an_own_price_is_changed_and_taken_back_and_the_cost_follows(office: Office) -> None:
    office.send(CALL)
    entry = office.enter(
        TermsKind.OWN_PRICE, provider="openai", model="gpt-4o", rates=both_rates("1")
    )
    office.work()
    assert office.cost() == Decimal("0.002")
    office.enter(TermsKind.OWN_PRICE, entry, rates=both_rates("2"))
    office.work()
    assert office.cost() == Decimal("0.004")
    office.remove(TermsKind.OWN_PRICE, entry)
    office.work()
    assert office.cost() == LIST_PRICE


def test_terms_that_move_to_other_days_let_go_of_the_days_they_had(office: Office) -> None:
    office.send(CALL, replace(CALL, id="old", timestamp=NOW - timedelta(days=40)))
    entry = office.discount("20", valid_from=TODAY - timedelta(days=60))
    office.work()
    assert office.cost("old") == Decimal("0.01")
    office.discount(entry_id=entry, valid_from=TODAY - timedelta(days=7))
    office.work()
    assert (office.cost("old"), office.cost()) == (LIST_PRICE, Decimal("0.01"))


def test_terms_of_the_future_price_nothing_again(office: Office) -> None:
    office.send(CALL)
    office.discount("20", valid_from=TODAY + timedelta(days=30))
    assert office.repricings() == []
    assert office.work() == 0


def test_terms_of_the_same_name_do_not_share_a_day(office: Office) -> None:
    first = office.discount("20", valid_from=date(2026, 1, 1), valid_to=date(2026, 6, 1))
    office.discount("25", valid_from=date(2026, 6, 1))
    with pytest.raises(Conflict) as refused:
        office.discount("30", valid_from=date(2026, 5, 31), valid_to=date(2026, 6, 1))
    assert refused.value.code == "overlapping_terms"
    with pytest.raises(Conflict):
        office.discount(entry_id=first, valid_to=None)
    office.discount("30", provider="anthropic")
    office.discount(entry_id=first, percent="21")


def test_no_more_entries_than_a_thousand(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(set_terms, "MOST_ENTRIES", 2)
    office.discount(provider="openai")
    office.discount(provider="groq")
    with pytest.raises(Conflict) as refused:
        office.discount(provider="mistral")
    assert refused.value.code == "too_many"


def test_terms_that_contradict_themselves_change_nothing(office: Office) -> None:
    entry = office.discount("20", valid_from=date(2026, 1, 1))
    with pytest.raises(Invalid):
        office.discount(entry_id=entry, valid_to=date(2025, 1, 1))
    (listed,) = terms_of(office, TermsKind.DISCOUNT)
    assert listed.entry.terms.valid_to is None


@pytest.mark.parametrize(
    "act",
    [
        lambda office, entry: office.enter(TermsKind.ALIAS, entry, model="gpt-4o"),
        lambda office, entry: office.remove(TermsKind.ALIAS, entry),
        lambda office, entry: office.remove(TermsKind.DISCOUNT, entry, "another organization"),
        lambda office, entry: office.discount(entry_id=f"{entry}x"),
    ],
    ids=["changed as another kind", "removed as another kind", "of another tenant", "unknown"],
)
def test_an_entry_is_found_only_where_it_belongs(
    office: Office, act: Callable[[Office, str], object]
) -> None:
    entry = office.discount("20")
    with pytest.raises(NotFound):
        act(office, entry)
    assert [each.entry.id for each in terms_of(office, TermsKind.DISCOUNT)] == [entry]


def test_entries_are_listed_by_kind_with_their_author_page_by_page(office: Office) -> None:
    ids = [office.discount(provider=name) for name in ("openai", "groq", "mistral")]
    listed = terms_of(office, TermsKind.DISCOUNT, limit=2)
    assert [each.entry.id for each in listed] == ids[:2]
    assert {each.created_by for each in listed} == {office.admin}
    assert [e.entry.id for e in terms_of(office, TermsKind.DISCOUNT, after=ids[1])] == ids[2:]
    assert terms_of(office, TermsKind.ALIAS) == []


def both_rates(usd: str) -> tuple[OwnRate, ...]:
    return rate("input", usd), rate("output", usd)


def terms_of(office: Office, kind: TermsKind, **page: Any) -> list[Any]:
    request = ListTermsRequest(organization_id=office.organization.id, kind=kind, **page)
    return ListTerms(office.world.units)(request)
