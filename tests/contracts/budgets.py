"""What every store of budgets promises."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from threading import Event, Thread

import pytest

from application.ports.budgets import BudgetInPlace
from application.ports.unit_of_work import UnitsOfWork
from domain.budget import Budget, BudgetPeriod, BudgetTerms, Enforcement
from domain.budget_scope import BudgetScope
from domain.budget_version import BudgetVersion
from domain.model_answers import MOST_ANSWERS, ModelAnswer
from domain.organization import Organization
from domain.report import Dimension
from tests.builders import NOW, a_budget, a_user, an_id
from tests.contracts.notifications import a_channel
from tests.contracts.tenants import a_stored_organization

PLAIN = BudgetTerms(name="Everything", limit_usd=Decimal(100))
RICH = BudgetTerms(
    name="Žofie's 🦊",
    limit_usd=Decimal("0.000000000000000001"),
    period=BudgetPeriod.WEEK,
    timezone="Australia/Lord_Howe",
    scope=BudgetScope(
        dimensions={Dimension.MODEL: 'gpt-"5"', Dimension.API_KEY: "no key", Dimension.USER: ""},
        tags={"team": "søk", "n": "", "a'b": "%"},
    ),
    thresholds=(1, 99, 1000),
    forecast_thresholds=(),
    enforcement=Enforcement.BLOCK,
)


class BudgetRepositoryContract:
    """Inherit where a fixture ``units_of_work`` gives an empty store."""

    @pytest.fixture
    def organization(self, units_of_work: UnitsOfWork) -> Organization:
        return a_stored_organization(units_of_work)

    @pytest.fixture
    def other(self, units_of_work: UnitsOfWork) -> Organization:
        return a_stored_organization(units_of_work)

    def test_a_budget_is_heard_on_all_channels_or_on_one_that_it_names_and_that_is_on(
        self, units_of_work: UnitsOfWork, organization: Organization, other: Organization
    ) -> None:
        on, off, others = a_channel(organization), a_channel(organization), a_channel(other)
        unheard = add(units_of_work, a_budget(organization))
        with units_of_work() as uow:
            found = uow.budgets.get_in_place(organization.id, unheard.id)
            assert found == BudgetInPlace(unheard, is_heard=False, calls_begin=None)
            uow.channels.add(organization.id, on)
            uow.channels.add(organization.id, off.disabled("by hand", NOW))
            uow.channels.add(other.id, others)
            uow.commit()
        for names, is_heard in (
            (None, True),
            ((on.id,), True),
            ((off.id, on.id), True),
            ((off.id,), False),
            ((an_id(), others.id), False),
            ((), False),
        ):
            terms = replace(PLAIN, channel_ids=names)
            budget = add(units_of_work, a_budget(organization, terms=terms))
            with units_of_work() as uow:
                found = uow.budgets.get_in_place(organization.id, budget.id)
                assert found == BudgetInPlace(budget, is_heard=is_heard, calls_begin=None)
                assert uow.budgets.get_in_place(other.id, budget.id) is None

    @pytest.mark.parametrize(
        "terms",
        [
            pytest.param(PLAIN, id="plain"),
            pytest.param(RICH, id="rich"),
            pytest.param(replace(PLAIN, unpriced="allow"), id="unpriced-allowed"),
            pytest.param(replace(PLAIN, unpriced=Decimal("0.05")), id="unpriced-estimated"),
            pytest.param(replace(PLAIN, unpriced=Decimal(0)), id="unpriced-estimated-as-nothing"),
            pytest.param(replace(PLAIN, limit_usd=Decimal(10**6)), id="largest"),
        ],
    )
    def test_a_budget_comes_back_as_stored(
        self, units_of_work: UnitsOfWork, organization: Organization, terms: BudgetTerms
    ) -> None:
        budget = add(units_of_work, a_budget(organization, terms=terms, version=7))
        with units_of_work() as uow:
            found = uow.budgets.get(organization.id, budget.id)
        assert found == budget
        assert type(found.terms.unpriced) is type(terms.unpriced)

    @pytest.mark.parametrize("budget_id", [an_id(), "", "no id", "\0", "\ud800"])
    def test_any_text_may_be_looked_up_as_an_id(
        self, units_of_work: UnitsOfWork, organization: Organization, budget_id: str
    ) -> None:
        add(units_of_work, a_budget(organization))
        with units_of_work() as uow:
            assert uow.budgets.get(organization.id, budget_id) is None
            assert not uow.budgets.remove(organization.id, budget_id)

    def test_what_models_answer_to_is_remembered_once_as_a_change_of_the_budgets(
        self, units_of_work: UnitsOfWork, organization: Organization, other: Organization
    ) -> None:
        answers = [ModelAnswer("openai", "gpt-4o", name) for name in ("gpt-4o-1", "gpt-4o-2")]
        for known in (answers[:1], answers, answers):
            with units_of_work() as uow:
                before = uow.budgets.revision(organization.id)
                uow.budgets.add_answers(organization.id, known)
                uow.commit()
            with units_of_work() as uow:
                assert sorted(uow.budgets.answers(organization.id)) == known
                assert uow.budgets.revision(organization.id) > before
                assert uow.budgets.answers(other.id) == []

    def test_no_more_answers_are_remembered_than_there_is_room_for(
        self, units_of_work: UnitsOfWork, organization: Organization
    ) -> None:
        answers = {ModelAnswer("acme", "any", f"m{at:04}") for at in range(MOST_ANSWERS + 2)}
        first, second = ModelAnswer("acme", "any", "a"), ModelAnswer("acme", "any", "b")
        with units_of_work() as uow:
            uow.budgets.add_answers(organization.id, {first})
            uow.budgets.add_answers(organization.id, answers)
            uow.budgets.add_answers(organization.id, {second})
            found = set(uow.budgets.answers(organization.id))
        assert len(found) == MOST_ANSWERS
        assert first in found
        assert second not in found

    def test_another_organization_neither_sees_nor_changes_a_budget(
        self, units_of_work: UnitsOfWork, organization: Organization, other: Organization
    ) -> None:
        budget = add(units_of_work, a_budget(organization))
        with units_of_work() as uow:
            assert uow.budgets.get(other.id, budget.id) is None
            assert uow.budgets.list(other.id) == []
            uow.budgets.update(other.id, budget.revised(RICH, NOW))
            assert not uow.budgets.remove(other.id, budget.id)
            uow.commit()
        with units_of_work() as uow:
            assert uow.budgets.get(organization.id, budget.id) == budget

    def test_changed_terms_are_stored_with_their_version(
        self, units_of_work: UnitsOfWork, organization: Organization
    ) -> None:
        budget = add(units_of_work, a_budget(organization))
        revised = budget.revised(RICH, NOW + timedelta(hours=1))
        with units_of_work() as uow:
            uow.budgets.update(organization.id, revised)
            uow.commit()
        with units_of_work() as uow:
            assert uow.budgets.get(organization.id, budget.id) == revised

    @pytest.mark.parametrize("hold_by", ["revision", "reserving"])
    def test_who_locks_the_budgets_keeps_others_from_holding_them_until_the_end(
        self, units_of_work: UnitsOfWork, organization: Organization, hold_by: str
    ) -> None:
        held: list[int] = []
        done = Event()

        def hold() -> None:
            with units_of_work() as uow:
                if hold_by == "reserving":
                    uow.ledger.hold_to_reserve(organization.id, [])
                held.append(uow.budgets.revision(organization.id))
            done.set()

        thread = Thread(target=hold)
        with units_of_work() as uow:
            uow.budgets.lock(organization.id)
            thread.start()
            assert not done.wait(timeout=0.3)
            uow.budgets.add(organization.id, a_budget(organization))
            revision = uow.budgets.revision(organization.id)
            uow.commit()
        thread.join(timeout=30)
        assert held == [revision]

    def test_every_change_makes_a_new_revision(
        self, units_of_work: UnitsOfWork, organization: Organization, other: Organization
    ) -> None:
        revisions = [self.revision(units_of_work, organization)]
        budget = add(units_of_work, a_budget(organization))
        revisions.append(self.revision(units_of_work, organization))
        with units_of_work() as uow:
            uow.budgets.update(organization.id, budget)
            uow.commit()
        revisions.append(self.revision(units_of_work, organization))
        with units_of_work() as uow:
            uow.budgets.remove(organization.id, budget.id)
            uow.commit()
        revisions.append(self.revision(units_of_work, organization))
        assert revisions == sorted(set(revisions))
        assert revisions[0] == self.revision(units_of_work, other) == 0

    def revision(self, units_of_work: UnitsOfWork, organization: Organization) -> int:
        with units_of_work() as uow:
            return uow.budgets.revision(organization.id)

    def test_versions_are_remembered_newest_first_and_go_with_their_budget(
        self, units_of_work: UnitsOfWork, organization: Organization, other: Organization
    ) -> None:
        first = add(units_of_work, a_budget(organization))
        second = first.revised(RICH, NOW + timedelta(hours=1))
        third = second.revised(replace(RICH, limit_usd=Decimal(7)), NOW + timedelta(hours=2))
        user = a_user()
        versions = [
            BudgetVersion.of(third, user.id),
            BudgetVersion.of(second, an_id()),
            BudgetVersion.of(first, None),
        ]
        with units_of_work() as uow:
            uow.users.add(user)
            for version in reversed(versions):
                uow.budgets.add_version(organization.id, version)
            uow.commit()
        with units_of_work() as uow:
            found = uow.budgets.versions(organization.id, first.id)
            assert list(found) == versions
            assert [each.author for each in found] == [user.name or user.email, None, None]
            assert not uow.budgets.versions(other.id, first.id)
            uow.budgets.remove(organization.id, first.id)
            assert not uow.budgets.versions(organization.id, first.id)

    def test_a_budget_is_removed_once(
        self, units_of_work: UnitsOfWork, organization: Organization
    ) -> None:
        budget = add(units_of_work, a_budget(organization))
        with units_of_work() as uow:
            assert uow.budgets.remove(organization.id, budget.id)
            assert not uow.budgets.remove(organization.id, budget.id)
            assert uow.budgets.get(organization.id, budget.id) is None

    def test_updating_a_removed_budget_does_not_bring_it_back(
        self, units_of_work: UnitsOfWork, organization: Organization
    ) -> None:
        budget = add(units_of_work, a_budget(organization))
        with units_of_work() as uow:
            uow.budgets.remove(organization.id, budget.id)
            uow.budgets.update(organization.id, budget)
            assert uow.budgets.list(organization.id) == []

    def test_budgets_are_listed_in_the_order_they_were_made_in_pages(
        self, units_of_work: UnitsOfWork, organization: Organization, other: Organization
    ) -> None:
        budgets = [a_budget(organization) for _ in range(5)]
        for budget in (budgets[3], budgets[0], budgets[4], budgets[2], budgets[1]):
            add(units_of_work, budget)
        add(units_of_work, a_budget(other))
        with units_of_work() as uow:
            first = uow.budgets.list(organization.id, limit=3)
            rest = uow.budgets.list(organization.id, after=first[-1].id, limit=3)
        assert (first, rest) == (budgets[:3], budgets[3:])


def add(units_of_work: UnitsOfWork, budget: Budget) -> Budget:
    with units_of_work() as uow:
        uow.budgets.add(budget.organization_id, budget)
        uow.commit()
    return budget
