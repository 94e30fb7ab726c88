"""Random histories of budgets, checked step by step against a model that is easy to believe."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from application.budgets.release_reservation import ReleaseReservationRequest
from application.budgets.remove_budget import RemoveBudgetRequest
from domain.budget import Budget, BudgetPeriod, Enforcement
from domain.budget_scope import BudgetScope
from domain.period import Span
from domain.report import Dimension
from domain.reservation import BudgetExceeded, SettlementNote
from domain.spending import Spending
from tests.budget_races import Account

STEPS = 14
PROJECTS = ("a", "b")
_DAY = timedelta(days=1)


#: A budget's id and the start of one of its periods.
_Place = tuple[str, datetime]


@dataclass(frozen=True, slots=True)
class _Call:
    """``usd`` is None where nobody knows what it cost."""

    project: str
    timestamp: datetime
    usd: Decimal | None


@dataclass(slots=True)
class _Held:
    """A reservation: what it still holds, and until when, of which budget in which period."""

    id: str
    project: str
    expires_at: datetime
    places: dict[_Place, tuple[Decimal, datetime]]
    ended_as: SettlementNote | None = None


@dataclass(slots=True)
class History:
    """One organization's, begun in the evening, so that many histories see a new day.

    ``beyond`` is what may stand above a budget's limit, by budget and period: calls without a
    reservation, what calls cost above their estimates, and limits that were lowered. ``past`` is
    what the day before a budget was made had come to by then, of which nothing is told.
    """

    account: Account
    random: Random
    advance: Callable[[timedelta], object]
    budgets: dict[str, Budget] = field(default_factory=dict)
    calls: list[_Call] = field(default_factory=list)
    held: list[_Held] = field(default_factory=list)
    beyond: dict[_Place, Decimal] = field(default_factory=dict)
    past: dict[_Place, Decimal] = field(default_factory=dict)
    told: list[str] = field(default_factory=list)

    def run(self) -> list[str]:
        """What was wrong; nothing where all went by the model."""
        self._create()
        self._create()
        steps = (
            [self._reserve] * 5
            + [self._ingest] * 4
            + [self._release] * 2
            + [self._wait] * 2
            + [self._give_back, self._create, self._edit, self._remove]
        )
        for _ in range(STEPS):
            step = self.random.choice(steps)
            self.told.append(step.__name__)
            try:
                step()
                self._check()
            except AssertionError as error:
                return [f"{error} after {' '.join(self.told)}"]
        return [
            "the calls add up to something else"
            for budget in self.budgets.values()
            for period in self._periods(budget)
            if self.account.spent(budget, period) != self._spent(budget, period)
        ]

    def _amount_or_unknown(self) -> Decimal | None:
        return self.random.choice([None, *[self._amount()] * 2])

    def _amount(self) -> Decimal:
        return Decimal(self.random.randrange(1, 4 * 10**12)).scaleb(-12)

    def _terms(self) -> dict[str, Any]:
        scopes = [BudgetScope(), *(BudgetScope({Dimension.PROJECT: name}) for name in PROJECTS)]
        return {
            "limit_usd": Decimal(self.random.randrange(2, 12)),
            "scope": self.random.choice(scopes),
            "period": BudgetPeriod.DAY,
            "enforcement": self.random.choice([Enforcement.BLOCK] * 3 + [Enforcement.ALERT]),
            "unpriced": self.random.choice(["block", "allow", Decimal("0.7"), Decimal("1.1")]),
        }

    def _create(self) -> None:
        if len(self.budgets) < 4:
            budget = self.account.set_budget(**self._terms())
            self._know(budget)
            for period in self._periods(budget)[:1]:
                self.past[budget.id, period.start] = self._spent(budget, period)

    def _edit(self) -> None:
        if not self.budgets:
            return
        old = self.random.choice(list(self.budgets.values()))
        budget = self.account.set_budget(old.id, **self._terms())
        if budget.terms.counted != old.terms.counted:
            self._end_holds(lambda place: place[0] == old.id)
        self._know(budget)

    def _know(self, budget: Budget) -> None:
        self.budgets[budget.id] = budget
        for period in self._periods(budget):
            above = self._spent(budget, period) + self._reserved(budget, period)
            self.beyond[budget.id, period.start] = max(above - budget.terms.limit_usd, Decimal(0))

    def _remove(self) -> None:
        if not self.budgets:
            return
        budget = self.budgets.pop(self.random.choice(list(self.budgets)))
        self.account.container.remove_budget()(
            RemoveBudgetRequest(organization_id=budget.organization_id, budget_id=budget.id)
        )
        self._end_holds(lambda place: place[0] == budget.id)

    def _reserve(self) -> None:
        usd, project = self._amount_or_unknown(), self.random.choice(PROJECTS)
        now = self.account.now()
        expires_in = timedelta(seconds=self.random.choice([60, 300, 3600]))
        asked = [
            (budget, period)
            for budget in self.budgets.values()
            if budget.terms.enforcement is Enforcement.BLOCK and _counts(budget, project)
            for period in self._periods(budget)[1:]
            if period.start <= now + expires_in
        ]
        taken = {(budget.id, period.start): _taken(budget, usd) for budget, period in asked}
        has_room = all(
            (amount := taken[budget.id, period.start]) is not None
            and self._spent(budget, period) + self._reserved(budget, period, now) + amount
            <= budget.terms.limit_usd
            for budget, period in asked
        )
        request = self.account.reservation(usd, project=project, expires_in=expires_in)
        try:
            made = self.account.container.reserve()(request).reservation
        except BudgetExceeded:
            made = None
        assert (made is not None) == has_room, "refused with room, or reserved without"
        self._end_holds(lambda place: place in taken, now)
        if made is None:
            return
        places = {
            place: (amount, made.expires_at)
            for place, amount in taken.items()
            if amount is not None
        }
        self.held.append(_Held(made.id, project, made.expires_at, places))

    def _ingest(self) -> None:
        usd, project = self._amount_or_unknown(), self.random.choice(PROJECTS)
        now = self.account.now()
        named = self.random.choice([None, *self.held, *self.held[-1:]])
        if named is not None and self.random.random() < 0.7:
            project = named.project
        away = self.random.choice([0, 0, 0, -3600, 540])
        call = _Call(project, now + timedelta(seconds=away), usd)
        request = self.account.call(
            usd,
            project=project,
            timestamp=call.timestamp,
            reservation_id=None if named is None else named.id,
        )
        result = self.account.container.ingest_events()(request)
        self.calls.append(call)
        expected = None if named is None else self._settle(named, now)
        assert result.notes.get(0) is expected, f"{result.notes} for {expected}"
        settled = named if named is not None and expected is None else None
        for budget in self.budgets.values():
            if _counts(budget, project):
                self._count(budget, call, settled)
        if settled:
            settled.places = self._kept(settled, call, now)

    def _kept(
        self, settled: _Held, call: _Call, now: datetime
    ) -> dict[_Place, tuple[Decimal, datetime]]:
        """What stays held for a call of unknown cost, until its period ends."""
        kept: dict[_Place, tuple[Decimal, datetime]] = {}
        for budget in self.budgets.values():
            period = budget.period_at(call.timestamp)
            amount, _ = settled.places.get((budget.id, period.start), (Decimal(0), None))
            is_kept = call.usd is None and budget.terms.unpriced != "allow" and now < period.end
            if is_kept and amount and _counts(budget, call.project):
                kept[budget.id, period.start] = amount, period.end
        return kept

    def _settle(self, named: _Held, now: datetime) -> SettlementNote | None:
        if named.ended_as is not None or now >= named.expires_at:
            return named.ended_as or SettlementNote.EXPIRED
        named.ended_as = SettlementNote.SETTLED_BEFORE
        return None

    def _count(self, budget: Budget, call: _Call, settled: _Held | None) -> None:
        period = budget.period_at(call.timestamp)
        place = budget.id, period.start
        was_held, _ = (settled.places if settled else {}).get(place, (Decimal(0), None))
        self.beyond[place] = self.beyond.get(place, Decimal(0)) + max(
            (call.usd or Decimal(0)) - was_held, Decimal(0)
        )
        if budget.version == 1:
            spent = self._spent(budget, period)
            due = list(budget.terms.crossed(self.past.get(place, Decimal(0)), spent))
            raised = self.account.alerts(budget)
            told = [each.threshold for each in raised if each.period == period]
            assert told == due, f"alerts {told} for {due}"

    def _release(self) -> None:
        if not self.held:
            return
        held = self.random.choice(self.held)
        self.account.container.release_reservation()(
            ReleaseReservationRequest(
                organization_id=self.account.key.organization_id, reservation_id=held.id
            )
        )
        if held.ended_as is None:
            if self.account.now() >= held.expires_at:
                return  # it stays expired, and holds what nobody has given back yet
            held.ended_as = SettlementNote.RELEASED
        # Nothing is held any more, neither for a call that is not made nor for one that was.
        held.places.clear()

    def _wait(self) -> None:
        self.advance(timedelta(seconds=self.random.choice([1, 59, 120, 600, 3600])))

    def _give_back(self) -> None:
        self.account.container.give_back_expired()()
        now = self.account.now()
        self._end_holds(lambda _: True, now)
        for budget in self.budgets.values():
            for period in self._periods(budget):
                live = self._reserved(budget, period, now)
                found = self.account.in_ledger(budget, period)
                assert found is None or found.reserved_usd == live, "held after its expiry"

    def _end_holds(
        self, ends: Callable[[_Place], bool], expired_at: datetime | None = None
    ) -> None:
        for held in self.held:
            held.places = {
                place: (amount, until)
                for place, (amount, until) in held.places.items()
                if not ends(place) or (expired_at is not None and until > expired_at)
            }

    def _periods(self, budget: Budget) -> list[Span]:
        """The day before, this day and the next."""
        today = budget.period_at(self.account.now())
        return [budget.period_at(today.start + days * _DAY) for days in (-1, 0, 1)]

    def _spent(self, budget: Budget, period: Span) -> Decimal:
        return sum(
            (
                call.usd or Decimal(0)
                for call in self.calls
                if period.start <= call.timestamp < period.end and _counts(budget, call.project)
            ),
            Decimal(0),
        )

    def _reserved(self, budget: Budget, period: Span, now: datetime | None = None) -> Decimal:
        """All that is held, or what has not expired at ``now``."""
        place = budget.id, period.start
        mine = (held.places[place] for held in self.held if place in held.places)
        return sum((usd for usd, until in mine if now is None or until > now), Decimal(0))

    def _check(self) -> None:
        periods = [
            (budget, period) for budget in self.budgets.values() for period in self._periods(budget)
        ]
        keys = [(budget.id, period.start) for budget, period in periods]
        with self.account.container.units_of_work()() as uow:
            rows = uow.ledger.find(self.account.key.organization_id, keys)
        found = {(row.budget_id, row.period.start): row for row in rows}
        for budget, period in periods:
            self._check_period(budget, period, found.get((budget.id, period.start)))

    def _check_period(self, budget: Budget, period: Span, found: Spending | None) -> None:
        spent, reserved = self._spent(budget, period), self._reserved(budget, period)
        if found is None:
            assert not reserved, "held in a period that is not open"
            return
        assert found.spent_usd == spent, f"the ledger has {found.spent_usd} for {spent}"
        assert found.reserved_usd == reserved, f"{found.reserved_usd} is held for {reserved}"
        if budget.terms.enforcement is Enforcement.BLOCK:
            most = budget.terms.limit_usd + self.beyond.get((budget.id, period.start), Decimal(0))
            assert spent + reserved <= most, "more is promised than the limit"


def _counts(budget: Budget, project: str) -> bool:
    return budget.terms.scope.dimensions.get(Dimension.PROJECT, project) == project


def _taken(budget: Budget, usd: Decimal | None) -> Decimal | None:
    """What a call takes of a budget; None where it takes none of unknown price."""
    policy = budget.terms.unpriced
    if usd is not None or isinstance(policy, Decimal):
        return usd if usd is not None else Decimal(policy)
    return Decimal(0) if policy == "allow" else None


def random_history(
    account: Account, advance: Callable[[timedelta], object], seed: int
) -> list[str]:
    """What was wrong in the history of this number."""
    random = Random(seed)  # noqa: S311 - to be repeated
    return [f"history {seed}: {fault}" for fault in History(account, random, advance).run()]
