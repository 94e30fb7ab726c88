"""An organization that sends calls and watches what they cost."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from adapters.pricing.book import BundledPricingTables
from application.budgets.budget_standing import BudgetWithStatus
from application.budgets.raise_alerts import RaiseAlerts
from application.budgets.reserve import Reserve
from application.budgets.reserve_in_one_step import ReserveInOneStep
from application.budgets.reserve_request import ReserveRequest
from application.budgets.set_budget import SetBudget, SetBudgetRequest
from application.ingestion.ingest_events import IngestEvents, IngestEventsRequest, IngestResult
from application.pricing.price_lists import PriceLists
from application.pricing.reprice_events import RepriceEvents
from application.pricing.set_terms import SetTerms, SetTermsRequest
from domain.alert import Alert
from domain.budget import Budget
from domain.budget_scope import Attribution
from domain.channel import Channel, ChannelType
from domain.delivery import Delivery
from domain.event import ReportedEvent
from domain.organization import Organization
from domain.pricing.terms import TermsKind
from domain.report import EventSelection
from domain.reservation import DEFAULT_EXPIRY
from domain.reserving import Reserved
from domain.spending import Spending
from tests.builders import NOW, an_id
from tests.unit.application.world import World

LISTS = PriceLists(BundledPricingTables())
#: A thousand tokens in and a thousand out: $0.0125 by the list.
PRICED = {
    "provider": "openai",
    "model": "gpt-4o",
    "provider_usage": {"prompt_tokens": 1000, "completion_tokens": 1000},
}


def a_call(usd: str | None = None, **changes: Any) -> ReportedEvent:
    """A call of an hour ago that says what it cost, or that the list prices."""
    fields: dict[str, Any] = {"id": an_id(), "timestamp": NOW - timedelta(hours=1), **PRICED}
    if usd is not None:
        fields["provider_cost_usd"] = Decimal(usd)
    return ReportedEvent(**(fields | changes))


class Office:
    def __init__(self, world: World, organization: Organization | None = None) -> None:
        self.world = world
        self.id = world.organization(organization).id
        self.user_id = an_id()
        self.raise_alerts = RaiseAlerts(world.identifiers)
        self._ingest = IngestEvents(
            world.units,
            LISTS,
            world.keep_ledger,
            world.learn_model_answers,
            world.clock,
            world.meter,
        )

    def send(self, *calls: ReportedEvent, api_key_id: str = "key") -> IngestResult:
        request = IngestEventsRequest(organization_id=self.id, api_key_id=api_key_id, items=calls)
        return self._ingest(request)

    def spend(self, usd: str, **changes: Any) -> IngestResult:
        return self.send(a_call(usd, **changes))

    def budget(self, limit: str = "10", **terms: Any) -> Budget:
        changes = {"name": "All of it", "limit_usd": Decimal(limit), **terms}
        return self._set(changes, None).budget

    def change(self, budget: Budget, **changes: Any) -> Budget:
        return self._set(changes, budget.id).budget

    def _set(self, changes: dict[str, Any], budget_id: str | None) -> BudgetWithStatus:
        world = self.world
        set_budget = SetBudget(world.units, world.keep_ledger, world.identifiers, world.clock)
        return set_budget(
            SetBudgetRequest(organization_id=self.id, changes=changes, budget_id=budget_id)
        )

    def reserve(
        self, usd: str | None = "1", *, expires_in: timedelta = DEFAULT_EXPIRY, **changes: Any
    ) -> Reserved:
        tokens = {name: changes.pop(name) for name in list(changes) if name.endswith("_tokens")}
        attribution = Attribution(**({"api_key": "key"} | changes))
        world = self.world
        parts = (world.units, LISTS, world.keep_ledger)
        in_one_step = ReserveInOneStep(*parts, world.identifiers, world.clock)
        use_case = Reserve(*parts, in_one_step, world.identifiers, world.clock)
        return use_case(
            ReserveRequest(
                organization_id=self.id,
                attribution=attribution,
                estimate_usd=None if usd is None else Decimal(usd),
                expires_in=expires_in,
                **tokens,
            )
        )

    def alias(self, name: str, model: str = "gpt-4o") -> None:
        """What the provider calls a model, which gives past calls its price."""
        set_terms = SetTerms(self.world.units, self.world.identifiers, self.world.clock)
        set_terms(
            SetTermsRequest(
                organization_id=self.id,
                user_id=self.user_id,
                kind=TermsKind.ALIAS,
                changes={"provider": "openai", "alias": name, "model": model},
            )
        )
        self.reprice()

    def discount(self, percent: str, entry_id: str | None = None) -> str:
        """Agree on it, and let past calls be priced again."""
        changes: dict[str, Any] = {"percent": Decimal(percent)}
        if entry_id is None:
            changes["provider"] = "openai"
        set_terms = SetTerms(self.world.units, self.world.identifiers, self.world.clock)
        entry = set_terms(
            SetTermsRequest(
                organization_id=self.id,
                user_id=self.user_id,
                kind=TermsKind.DISCOUNT,
                changes=changes,
                entry_id=entry_id,
            )
        ).entry
        self.reprice()
        return entry.id

    def reprice(self, batch: int = 2) -> None:
        world = self.world
        again = RepriceEvents(world.units, LISTS, world.keep_ledger, world.clock, batch=batch)
        while again():
            pass

    def channel(self, **changes: Any) -> Channel:
        channel = Channel(
            id=an_id(),
            organization_id=self.id,
            type=ChannelType.WEBHOOK,
            name="Finance",
            target="https://example.com/hook",
            created_at=NOW,
            secret="whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
        )
        channel = replace(channel, **changes)
        with self.world.units() as uow:
            uow.channels.add(self.id, channel)
            uow.commit()
        return channel

    def alerts(self) -> list[Alert]:
        """Oldest first."""
        with self.world.units(snapshot=True) as uow:
            return uow.alerts.list(self.id, limit=1000)[::-1]

    def told(self) -> list[int | None]:
        return [alert.threshold for alert in self.alerts()]

    def deliveries(self, alert: Alert) -> Sequence[Delivery]:
        with self.world.units(snapshot=True) as uow:
            return uow.deliveries.of_alerts(self.id, [alert.id])

    def spending(self, budget: Budget, days: int = 0) -> Spending | None:
        """What the ledger says of the period so many days from now; None where it is not open."""
        period = budget.period_at(self.world.clock.now() + timedelta(days=days))
        with self.world.units(snapshot=True) as uow:
            return next(iter(uow.ledger.find(self.id, [(budget.id, period.start)])), None)

    def spent(self, budget: Budget, days: int = 0) -> Decimal | None:
        spending = self.spending(budget, days)
        return None if spending is None else spending.spent_usd

    def reserved(self, budget: Budget, days: int = 0) -> Decimal | None:
        spending = self.spending(budget, days)
        return None if spending is None else spending.reserved_usd

    def reported(self, budget: Budget, spending: Spending) -> Decimal:
        """What the stored calls cost that the budget counts."""
        selection = EventSelection(
            organization_id=self.id, span=spending.period, filter=budget.terms.scope.as_filter
        )
        with self.world.units(snapshot=True) as uow:
            return uow.usage_reports.spent(selection)
