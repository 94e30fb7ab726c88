"""What every store of reservations promises."""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from application.ports.ledger import PeriodKey
from application.ports.reservations import Presumed
from application.ports.unit_of_work import UnitsOfWork
from domain.budget import Budget
from domain.organization import Organization
from domain.period import Span
from domain.reservation import Hold, Outcome, Reservation
from tests.builders import NOW, an_id
from tests.contracts.ledger import LAST, THIS, a_stored_budget, find, key, open_period
from tests.contracts.tenants import a_stored_organization

LATER = NOW + timedelta(minutes=5)


class ReservationRepositoryContract:
    """Inherit where a fixture ``units_of_work`` gives an empty store."""

    @pytest.fixture
    def organization(self, units_of_work: UnitsOfWork) -> Organization:
        return a_stored_organization(units_of_work)

    @pytest.fixture
    def budget(self, units_of_work: UnitsOfWork, organization: Organization) -> Budget:
        budget = a_stored_budget(units_of_work, organization)
        for period in (LAST, THIS):
            open_period(units_of_work, budget, period, "7")
        return budget

    def test_a_reservation_comes_back_and_is_held_in_its_periods(
        self, units_of_work: UnitsOfWork, budget: Budget
    ) -> None:
        first, second = add(units_of_work, budget, "0.5"), add(units_of_work, budget, "1.25")
        with units_of_work() as uow:
            found = uow.reservations.find(budget.organization_id, [second.id, first.id, "no id"])
        assert {each.id: each for each in found} == {first.id: first, second.id: second}
        assert reserved(units_of_work, budget) == [Decimal(0), Decimal("1.75")]

    def test_one_without_an_estimate_and_without_holds_is_kept_too(
        self, units_of_work: UnitsOfWork, organization: Organization
    ) -> None:
        free = Reservation(
            id=an_id(),
            organization_id=organization.id,
            estimate_usd=None,
            created_at=NOW,
            expires_at=LATER,
        )
        with units_of_work() as uow:
            uow.reservations.add(organization.id, free)
            uow.commit()
        with units_of_work() as uow:
            assert uow.reservations.find(organization.id, [free.id]) == [free]

    @pytest.mark.parametrize("outcome", list(Outcome))
    def test_it_is_closed_once_and_gives_back_what_it_holds(
        self, units_of_work: UnitsOfWork, budget: Budget, outcome: Outcome
    ) -> None:
        reservation = add(units_of_work, budget, "2")
        closed = reservation.closed(outcome, NOW, "event")
        for is_first in (True, False):
            with units_of_work() as uow:
                uow.ledger.hold(budget.organization_id, [key(budget, THIS)])
                assert uow.reservations.close(budget.organization_id, closed) is is_first
                uow.commit()
        assert reserved(units_of_work, budget) == [Decimal(0), Decimal(0)]
        with units_of_work() as uow:
            (found,) = uow.reservations.find(budget.organization_id, [reservation.id])
        assert (found.outcome, found.event_id, found.holds) == (outcome, "event", ())

    def test_what_is_kept_beyond_its_end_is_held_until_then(
        self, units_of_work: UnitsOfWork, budget: Budget
    ) -> None:
        reservation = a_reservation(budget, "2", LAST, THIS)
        keys = [key(budget, LAST), key(budget, THIS)]
        until = LATER + timedelta(days=1)
        kept = Hold(budget.id, THIS.start, Decimal(2), until)
        with units_of_work() as uow:
            uow.ledger.hold(budget.organization_id, keys)
            uow.reservations.add(budget.organization_id, reservation)
            closed = reservation.closed(Outcome.SETTLED, NOW, "event", kept=(kept,))
            assert uow.reservations.close(budget.organization_id, closed)
            uow.commit()
        assert reserved(units_of_work, budget) == [Decimal(0), Decimal(2)]
        with units_of_work() as uow:
            assert uow.reservations.find(budget.organization_id, [reservation.id]) == [closed]
            (_, held) = uow.ledger.hold_to_reserve(budget.organization_id, keys)
            assert held.first_expiry == until
            assert not uow.reservations.periods_with_expired(LATER)
            assert uow.reservations.give_back_expired(budget.organization_id, keys, LATER) == 0
            assert uow.reservations.delete_expired(until) == 0
            place = (budget.organization_id, key(budget, THIS))
            assert uow.reservations.periods_with_expired(until) == [place]
            assert uow.reservations.give_back_expired(budget.organization_id, keys, until) == 1
            uow.commit()
        assert reserved(units_of_work, budget) == [Decimal(0), Decimal(0)]

    def test_what_is_kept_is_in_nobodys_way_and_can_be_given_back(
        self, units_of_work: UnitsOfWork, budget: Budget
    ) -> None:
        reservation = add(units_of_work, budget, "1", expires_at=NOW)
        kept = Hold(budget.id, THIS.start, Decimal(1), LATER)
        with units_of_work() as uow:
            uow.ledger.hold(budget.organization_id, [key(budget, THIS)])
            closed = reservation.closed(Outcome.SETTLED, NOW, "event", kept=(kept,))
            uow.reservations.close(budget.organization_id, closed)
            uow.commit()
        stranger = a_stored_organization(units_of_work)
        new = a_reservation(budget, "2")
        assert add_where_room(units_of_work, new, "10") == {key(budget, THIS): Decimal(0)}
        with units_of_work() as uow:
            uow.ledger.hold(budget.organization_id, [key(budget, THIS)])
            uow.reservations.give_back(stranger.id, reservation.id)
            uow.reservations.give_back(budget.organization_id, reservation.id)
            uow.commit()
        assert reserved(units_of_work, budget) == [Decimal(0), Decimal(2)]

    def test_where_there_is_room_one_is_stored_with_its_holds_in_one_step(
        self, units_of_work: UnitsOfWork, budget: Budget
    ) -> None:
        add(units_of_work, budget, "0.5")
        new = a_reservation(budget, "2.5", LAST, THIS)
        # Seven are spent of each period.
        assert add_where_room(units_of_work, new, "10") == {
            key(budget, LAST): Decimal("0.5"),
            key(budget, THIS): Decimal(0),
        }
        assert reserved(units_of_work, budget) == [Decimal("2.5"), Decimal(3)]
        with units_of_work() as uow:
            assert uow.reservations.find(budget.organization_id, [new.id]) == [new]
        assert add_where_room(units_of_work, a_reservation(budget, "0.1"), "10") is None

    def test_without_room_in_one_of_its_periods_nothing_is_stored(
        self, units_of_work: UnitsOfWork, budget: Budget
    ) -> None:
        add(units_of_work, budget, "0.5")
        self._is_refused(units_of_work, a_reservation(budget, "2.500000000001", LAST, THIS), "10")

    def test_nor_where_a_period_is_not_open(
        self, units_of_work: UnitsOfWork, budget: Budget
    ) -> None:
        new = a_reservation(budget, "1", THIS, budget.period_at(THIS.end))
        self._is_refused(units_of_work, new, "10")

    def test_nor_where_a_hold_has_expired_that_is_not_given_back(
        self, units_of_work: UnitsOfWork, budget: Budget
    ) -> None:
        add(units_of_work, budget, "1", expires_at=NOW)
        self._is_refused(units_of_work, a_reservation(budget, "1"), "10")
        before = replace(a_reservation(budget, "1"), created_at=NOW - timedelta(microseconds=1))
        assert add_where_room(units_of_work, before, "10")

    @pytest.mark.parametrize("changed", [{"budgets_revision": 0}, {"pricing_revision": 1}])
    def test_nor_where_budgets_or_prices_are_others_by_now(
        self, units_of_work: UnitsOfWork, budget: Budget, changed: dict[str, int]
    ) -> None:
        self._is_refused(units_of_work, a_reservation(budget, "1"), "10", **changed)

    def test_nor_in_the_periods_of_another_organization(
        self, units_of_work: UnitsOfWork, budget: Budget
    ) -> None:
        stranger = a_stored_organization(units_of_work)
        new = replace(a_reservation(budget, "1"), organization_id=stranger.id)
        self._is_refused(units_of_work, new, "10", budgets_revision=0)

    def _is_refused(
        self, units_of_work: UnitsOfWork, new: Reservation, limit: str, **revisions: int
    ) -> None:
        keys = [(hold.budget_id, hold.period_start) for hold in new.holds]
        with units_of_work() as uow:
            before = uow.ledger.find(new.organization_id, keys)
        assert add_where_room(units_of_work, new, limit, **revisions) is None
        with units_of_work() as uow:
            assert uow.ledger.find(new.organization_id, keys) == before
            assert not uow.reservations.find(new.organization_id, [new.id])

    def test_who_holds_a_period_to_reserve_learns_when_the_first_in_it_expires(
        self, units_of_work: UnitsOfWork, budget: Budget
    ) -> None:
        stranger = a_stored_organization(units_of_work)
        add(units_of_work, budget, "1", expires_at=LATER)
        add(units_of_work, budget, "2", expires_at=NOW)
        closed = add(units_of_work, budget, "4", expires_at=NOW - timedelta(seconds=1))
        keys = [key(budget, THIS), key(budget, LAST)]
        with units_of_work() as uow:
            uow.ledger.hold(budget.organization_id, keys)
            uow.reservations.close(budget.organization_id, closed.closed(Outcome.RELEASED, NOW))
            uow.commit()
        with units_of_work() as uow:
            held = uow.ledger.hold_to_reserve(budget.organization_id, keys)
            assert [(each.spending.period, each.first_expiry) for each in held] == [
                (LAST, None),
                (THIS, NOW),
            ]
            assert [each.spending for each in held] == uow.ledger.find(budget.organization_id, keys)
            assert uow.budgets.revision(budget.organization_id) == 1
            assert not uow.ledger.hold_to_reserve(stranger.id, keys)

    def test_what_expired_is_given_back_and_no_more(
        self, units_of_work: UnitsOfWork, budget: Budget
    ) -> None:
        add(units_of_work, budget, "1", expires_at=NOW)
        add(units_of_work, budget, "2", expires_at=NOW + timedelta(seconds=1))
        with units_of_work() as uow:
            place = (budget.organization_id, key(budget, THIS))
            assert uow.reservations.periods_with_expired(NOW) == [place]
            uow.ledger.hold(budget.organization_id, [key(budget, THIS)])
            keys = [key(budget, THIS)]
            assert uow.reservations.give_back_expired(budget.organization_id, keys, NOW) == 1
            assert uow.reservations.give_back_expired(budget.organization_id, keys, NOW) == 0
            assert not uow.reservations.periods_with_expired(NOW)
            uow.commit()
        assert reserved(units_of_work, budget) == [Decimal(0), Decimal(2)]

    def test_an_expired_one_is_deleted_when_it_holds_nothing(
        self, units_of_work: UnitsOfWork, budget: Budget
    ) -> None:
        reservation = add(units_of_work, budget, "1", expires_at=NOW)
        with units_of_work() as uow:
            assert uow.reservations.delete_expired(LATER) == 0
            keys = [key(budget, THIS)]
            uow.ledger.hold(budget.organization_id, keys)
            uow.reservations.give_back_expired(budget.organization_id, keys, NOW)
            assert uow.reservations.delete_expired(NOW) == 0
            assert uow.reservations.delete_expired(LATER) == 1
            assert not uow.reservations.find(budget.organization_id, [reservation.id])

    def test_another_organization_neither_finds_nor_closes_it(
        self, units_of_work: UnitsOfWork, budget: Budget
    ) -> None:
        reservation = add(units_of_work, budget, "1", expires_at=NOW)
        stranger = a_stored_organization(units_of_work)
        with units_of_work() as uow:
            assert not uow.reservations.find(stranger.id, [reservation.id])
            closed = reservation.closed(Outcome.RELEASED, NOW)
            assert not uow.reservations.close(stranger.id, closed)
            keys = [key(budget, THIS)]
            assert uow.reservations.give_back_expired(stranger.id, keys, NOW) == 0
            uow.commit()
        assert reserved(units_of_work, budget) == [Decimal(0), Decimal(1)]

    def test_forgetting_a_period_ends_what_is_held_of_it_and_of_no_other(
        self, units_of_work: UnitsOfWork, budget: Budget
    ) -> None:
        other = a_stored_budget(units_of_work, a_stored_organization(units_of_work))
        open_period(units_of_work, other, THIS, "1")
        both = a_reservation(budget, "1", LAST, THIS)
        kept = add(units_of_work, other, "2")
        with units_of_work() as uow:
            uow.ledger.hold(budget.organization_id, [key(budget, LAST), key(budget, THIS)])
            uow.reservations.add(budget.organization_id, both)
            assert uow.ledger.forget_ended(LAST.end + timedelta(seconds=1)) == 1
            uow.commit()
        with units_of_work() as uow:
            (found,) = uow.reservations.find(budget.organization_id, [both.id])
            assert [hold.period_start for hold in found.holds] == [THIS.start]
            assert uow.reservations.find(other.organization_id, [kept.id]) == [kept]
        assert reserved(units_of_work, budget) == [Decimal(1)]

    def test_what_is_reserved_of_one_budget_is_reserved_of_no_other(
        self, units_of_work: UnitsOfWork, budget: Budget, organization: Organization
    ) -> None:
        others = [a_stored_budget(units_of_work, organization) for _ in range(2)]
        for other in others:
            open_period(units_of_work, other, THIS, "3")
        add(units_of_work, others[0], "0.5")
        new = a_reservation(others[1], "1.5")
        assert add_where_room(units_of_work, new, "10", budgets_revision=3) == {
            key(others[1], THIS): Decimal("5.5")
        }
        with units_of_work() as uow:
            uow.ledger.hold(organization.id, [key(others[1], THIS)])
            uow.reservations.close(organization.id, new.closed(Outcome.RELEASED, NOW))
            uow.commit()
        assert reserved(units_of_work, budget) == [Decimal(0), Decimal(0)]
        assert [reserved(units_of_work, other) for other in others] == [[Decimal("0.5")], [0]]

    def test_closing_a_budget_ends_what_is_held_of_it(
        self, units_of_work: UnitsOfWork, budget: Budget
    ) -> None:
        reservation = add(units_of_work, budget, "1")
        with units_of_work() as uow:
            uow.ledger.close(budget.organization_id, budget.id)
            uow.commit()
        with units_of_work() as uow:
            (found,) = uow.reservations.find(budget.organization_id, [reservation.id])
            assert found.holds == ()
            closed = reservation.closed(Outcome.SETTLED, NOW, "event")
            assert uow.reservations.close(budget.organization_id, closed)


def add(
    units_of_work: UnitsOfWork, budget: Budget, amount: str, *, expires_at: datetime = LATER
) -> Reservation:
    reservation = Reservation(
        id=an_id(),
        organization_id=budget.organization_id,
        estimate_usd=Decimal(amount),
        created_at=NOW - timedelta(minutes=1),
        expires_at=expires_at,
        holds=(Hold(budget.id, THIS.start, Decimal(amount)),),
    )
    with units_of_work() as uow:
        uow.ledger.hold(budget.organization_id, [key(budget, THIS)])
        uow.reservations.add(budget.organization_id, reservation)
        uow.commit()
    return reservation


def a_reservation(budget: Budget, amount: str, *periods: Span) -> Reservation:
    """Made now, in this period unless others are named; it is not stored."""
    return Reservation(
        id=an_id(),
        organization_id=budget.organization_id,
        estimate_usd=Decimal(amount),
        created_at=NOW,
        expires_at=LATER,
        holds=tuple(Hold(budget.id, each.start, Decimal(amount)) for each in periods or (THIS,)),
    )


def add_where_room(
    units_of_work: UnitsOfWork, new: Reservation, limit: str, **revisions: int
) -> dict[PeriodKey, Decimal] | None:
    """Where the budget was added, and nothing changed since, unless told otherwise."""
    limits = {(hold.budget_id, hold.period_start): Decimal(limit) for hold in new.holds}
    presumed = Presumed(limits, **{"budgets_revision": 1, "pricing_revision": 0, **revisions})
    with units_of_work.in_one_step() as uow:
        return uow.reservations.add_where_room(new.organization_id, new, presumed)


def reserved(units_of_work: UnitsOfWork, budget: Budget) -> list[Decimal]:
    return [each.reserved_usd for each in find(units_of_work, budget, LAST, THIS)]
