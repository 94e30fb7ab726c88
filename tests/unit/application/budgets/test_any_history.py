"""Whatever happens in whatever order, the ledger says what the stored calls cost."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from application.budgets.give_back_expired import GiveBackExpired
from application.budgets.remove_budget import RemoveBudget, RemoveBudgetRequest
from application.maintenance.purge_expired import PurgeExpired
from domain.budget import Budget, BudgetPeriod, Enforcement
from domain.budget_scope import BudgetScope
from domain.event import ReportedEvent
from domain.report import Dimension
from domain.reservation import BudgetExceeded, Reservation
from tests.unit.application.budgets.office import Office, a_call
from tests.unit.application.world import World

scopes = st.sampled_from(
    [
        BudgetScope(),
        BudgetScope({Dimension.PROJECT: "a"}),
        BudgetScope({Dimension.API_KEY: "two"}),
        BudgetScope({Dimension.PROJECT: "b"}, {"team": "x"}),
    ]
)
zones = st.sampled_from(["UTC", "Asia/Kolkata", "America/St_Johns"])
ages = st.one_of(st.integers(-10, 60), st.integers(0, 4 * 24 * 60)).map(
    lambda minutes: timedelta(minutes=minutes)
)


class AnyHistory(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.office = Office(World())
        self.sent: list[ReportedEvent] = []
        self.reserved: list[Reservation] = []
        self.discount: str | None = None

    @property
    def budgets(self) -> list[Budget]:
        with self.office.world.units(snapshot=True) as uow:
            return uow.budgets.list(self.office.id)

    @initialize()
    def begin(self) -> None:
        """With what each change is about: a budget, and a call that the list prices."""
        self.office.budget("5", enforcement=Enforcement.BLOCK)
        self.office.send(a_call())

    @rule(
        ages=st.lists(ages, min_size=1, max_size=3),
        usd=st.sampled_from([None, "0", "0.3", "2.000000000000000001"]),
        project=st.sampled_from([None, "a", "b"]),
        key=st.sampled_from(["one", "two"]),
        request=st.sampled_from([None, "req_1"]),
        data=st.data(),
    )
    def send(
        self,
        ages: list[timedelta],
        usd: str | None,
        project: str | None,
        key: str,
        request: str | None,
        data: st.DataObject,
    ) -> None:
        now = self.office.world.clock.now()
        ids = [None, *(each.id for each in self.reserved)]
        calls = [
            a_call(
                usd,
                timestamp=now - age,
                project=project,
                tags={"team": "x"},
                provider_request_id=request,
                reservation_id=data.draw(st.sampled_from(ids)),
            )
            for age in ages
        ]
        self.sent += calls
        self.office.send(*calls, api_key_id=key)

    @precondition(lambda self: self.sent)
    @rule(data=st.data(), is_changed=st.booleans())
    def send_again(self, data: st.DataObject, *, is_changed: bool) -> None:
        call = data.draw(st.sampled_from(self.sent))
        changed = replace(call, provider_cost_usd=Decimal(7)) if is_changed else call
        self.office.send(changed, api_key_id="one")

    @rule(percent=st.sampled_from(["10", "25", "50"]))
    def price_again(self, percent: str) -> None:
        self.discount = self.office.discount(percent, self.discount)

    @precondition(lambda self: len(self.budgets) < 4)
    @rule(scope=scopes, period=st.sampled_from(BudgetPeriod), timezone=zones)
    def set_budget(self, scope: BudgetScope, period: BudgetPeriod, timezone: str) -> None:
        self.office.budget(
            "5", scope=scope, period=period, timezone=timezone, enforcement=Enforcement.BLOCK
        )

    @precondition(lambda self: self.budgets)
    @rule(data=st.data(), scope=scopes, period=st.sampled_from(BudgetPeriod))
    def change_budget(self, data: st.DataObject, scope: BudgetScope, period: BudgetPeriod) -> None:
        budget = data.draw(st.sampled_from(self.budgets))
        limit = data.draw(st.sampled_from([Decimal(1), Decimal(5)]))
        self.office.change(budget, scope=scope, period=period, limit_usd=limit)

    @precondition(lambda self: self.budgets)
    @rule(data=st.data())
    def remove_budget(self, data: st.DataObject) -> None:
        budget = data.draw(st.sampled_from(self.budgets))
        request = RemoveBudgetRequest(organization_id=self.office.id, budget_id=budget.id)
        RemoveBudget(self.office.world.units)(request)

    @rule(usd=st.sampled_from(["0.5", "2"]), project=st.sampled_from([None, "a"]))
    def reserve(self, usd: str, project: str | None) -> None:
        try:
            found = self.office.reserve(usd, api_key="two", project=project)
        except BudgetExceeded:
            return
        self.reserved.append(found.reservation)

    @rule(by=st.sampled_from([timedelta(minutes=3), timedelta(hours=7), timedelta(days=2)]))
    def wait(self, by: timedelta) -> None:
        world = self.office.world
        world.clock.advance(by)
        GiveBackExpired(world.units, world.clock)()
        PurgeExpired(world.units, world.clock)()

    @invariant()
    def the_ledger_is_the_sum_of_the_calls(self) -> None:
        for budget in self.budgets:
            for days in range(-5, 2):
                spending = self.office.spending(budget, days)
                if spending is not None:
                    assert spending.spent_usd == self.office.reported(budget, spending)

    @invariant()
    def what_is_reserved_is_the_sum_of_the_holds(self) -> None:
        ids = [each.id for each in self.reserved]
        with self.office.world.units(snapshot=True) as uow:
            held = [hold for it in uow.reservations.find(self.office.id, ids) for hold in it.holds]
            keys = [(hold.budget_id, hold.period_start) for hold in held]
            for spending in uow.ledger.find(self.office.id, keys):
                key = spending.budget_id, spending.period.start
                of_it = [h.amount_usd for h, k in zip(held, keys, strict=True) if k == key]
                assert spending.reserved_usd == sum(of_it)

    @invariant()
    def no_threshold_is_told_twice(self) -> None:
        told = [
            (it.budget_id, it.version, it.period.start, it.threshold) for it in self.office.alerts()
        ]
        assert len(told) == len(set(told))


TestAnyHistory = AnyHistory.TestCase
TestAnyHistory.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)
