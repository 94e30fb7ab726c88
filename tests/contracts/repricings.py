"""What every store of repricings promises."""

from datetime import timedelta
from decimal import Decimal
from threading import Event, Thread
from typing import Any

import pytest

from application.ports.unit_of_work import UnitsOfWork
from domain.organization import Organization
from domain.repricing import Repricing, RepricingPosition, RepricingReason, RepricingScope
from tests.builders import NOW, a_cost, an_id
from tests.contracts.tenants import a_stored_organization

POSITION = RepricingPosition(timestamp=NOW - timedelta(days=3, microseconds=1), id="call/ü 🦊")
SCOPE = RepricingScope(
    provider="azure",
    name="my-deployment",
    start=NOW - timedelta(days=90),
    end=NOW,
    terms_id=an_id(),
)


def a_repricing(organization: Organization, **changes: Any) -> Repricing:
    fields: dict[str, Any] = {
        "id": an_id(),
        "organization_id": organization.id,
        "reason": RepricingReason.ALIAS,
        "scope": RepricingScope(),
        "requested_by": None,
        "requested_at": NOW,
        "due_at": NOW,
    }
    return Repricing(**(fields | changes))


def add(units_of_work: UnitsOfWork, *repricings: Repricing) -> None:
    with units_of_work() as uow:
        for repricing in repricings:
            uow.repricings.add(repricing.organization_id, repricing)
        uow.commit()


def listed(units_of_work: UnitsOfWork, organization: Organization) -> list[Repricing]:
    with units_of_work() as uow:
        return uow.repricings.list(organization.id)


class RepricingsContract:
    """Inherit where a fixture ``units_of_work`` gives an empty store."""

    @pytest.fixture
    def organization(self, units_of_work: UnitsOfWork) -> Organization:
        return a_stored_organization(units_of_work)

    @pytest.mark.parametrize("scope", [RepricingScope(), SCOPE])
    def test_a_repricing_comes_back_as_stored(
        self, units_of_work: UnitsOfWork, organization: Organization, scope: RepricingScope
    ) -> None:
        work = a_repricing(organization, scope=scope, requested_by=an_id())
        add(units_of_work, work)
        assert listed(units_of_work, organization) == [work]

    def test_progress_and_the_end_of_it_are_kept(
        self, units_of_work: UnitsOfWork, organization: Organization
    ) -> None:
        work = a_repricing(organization)
        add(units_of_work, work)
        advanced = work.advanced(POSITION, 500, [(a_cost(None), a_cost("0.000000000000000001"))])
        done = advanced.finished(NOW)
        for step in (advanced, done):
            with units_of_work() as uow:
                uow.repricings.update(organization.id, step)
                uow.commit()
            assert listed(units_of_work, organization) == [step]
        assert done.cost_after_usd == Decimal("0.000000000000000001")

    def test_the_newest_come_first_and_no_others(
        self, units_of_work: UnitsOfWork, organization: Organization
    ) -> None:
        works = [a_repricing(organization) for _ in range(3)]
        add(units_of_work, *works, a_repricing(a_stored_organization(units_of_work)))
        assert listed(units_of_work, organization) == works[::-1]
        with units_of_work() as uow:
            assert uow.repricings.list(organization.id, limit=1) == works[-1:]

    def test_the_oldest_that_is_due_is_claimed_whoevers_it_is(
        self, units_of_work: UnitsOfWork, organization: Organization
    ) -> None:
        other = a_stored_organization(units_of_work)
        later = a_repricing(organization, due_at=NOW + timedelta(seconds=1))
        first = a_repricing(other, due_at=NOW - timedelta(seconds=1))
        add(units_of_work, later, a_repricing(organization), first)
        with units_of_work() as uow:
            assert uow.repricings.claim_next(NOW) == first
            assert uow.repricings.claim_next(NOW - timedelta(seconds=2)) is None

    def test_what_is_done_is_claimed_no_more(
        self, units_of_work: UnitsOfWork, organization: Organization
    ) -> None:
        work = a_repricing(organization)
        add(units_of_work, work)
        with units_of_work() as uow:
            uow.repricings.update(organization.id, work.finished(NOW))
            assert uow.repricings.claim_next(NOW) is None

    def test_two_at_once_never_do_the_same(
        self, units_of_work: UnitsOfWork, organization: Organization
    ) -> None:
        work = a_repricing(organization)
        add(units_of_work, work)
        is_claimed, may_end, seen = Event(), Event(), []

        def claim_and_finish() -> None:
            with units_of_work() as uow:
                claimed = uow.repricings.claim_next(NOW)
                assert claimed is not None
                is_claimed.set()
                may_end.wait(30)
                uow.repricings.update(organization.id, claimed.finished(NOW))
                uow.commit()

        def claim_meanwhile() -> None:
            with units_of_work() as uow:
                seen.append(uow.repricings.claim_next(NOW))

        first = Thread(target=claim_and_finish)
        first.start()
        assert is_claimed.wait(30)
        second = Thread(target=claim_meanwhile)
        second.start()
        may_end.set()
        first.join(30)
        second.join(30)
        assert seen == [None]

    def test_a_book_is_new_once(self, units_of_work: UnitsOfWork) -> None:
        with units_of_work() as uow:
            assert uow.repricings.note_book("2026-11-26", NOW)
            uow.commit()
        with units_of_work() as uow:
            assert not uow.repricings.note_book("2026-11-26", NOW + timedelta(days=1))
            assert uow.repricings.note_book("2026-11-27", NOW)
