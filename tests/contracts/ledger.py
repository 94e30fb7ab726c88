"""What every ledger of budgets promises."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from threading import Thread

import pytest

from application.ports.ledger import PeriodKey
from application.ports.unit_of_work import UnitsOfWork
from domain.budget import Budget
from domain.budget_book import Posting
from domain.forecast import Forecast, ForecastBasis
from domain.organization import Organization
from domain.period import Span
from domain.spending import Spending
from tests.builders import NOW, a_budget
from tests.contracts.tenants import a_stored_organization

LAST = Span(datetime(2026, 10, 1, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC))
THIS = Span(datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC))
TINY = Decimal("0.000000000000000001")
FORECAST = Forecast(
    expected_usd=Decimal("412.000001"),
    low_usd=Decimal("0.5"),
    high_usd=Decimal(1000),
    runs_out_at=NOW + timedelta(days=3),
    basis=ForecastBasis.PROFILE,
    days=28,
)


class LedgerContract:
    """Inherit where a fixture ``units_of_work`` gives an empty store."""

    @pytest.fixture
    def organization(self, units_of_work: UnitsOfWork) -> Organization:
        return a_stored_organization(units_of_work)

    @pytest.fixture
    def budget(self, units_of_work: UnitsOfWork, organization: Organization) -> Budget:
        return a_stored_budget(units_of_work, organization)

    def test_an_opened_period_holds_what_was_spent(
        self, units_of_work: UnitsOfWork, budget: Budget
    ) -> None:
        assert open_period(units_of_work, budget, THIS, "12.5") == Decimal("12.5")
        spending = Spending(budget_id=budget.id, period=THIS, spent_usd=Decimal("12.5"))
        assert find(units_of_work, budget, THIS, LAST) == [spending]

    def test_who_opens_a_period_second_adds_only_what_is_new(
        self, units_of_work: UnitsOfWork, budget: Budget
    ) -> None:
        open_period(units_of_work, budget, THIS, "10", new="4")
        assert open_period(units_of_work, budget, THIS, "99", new="0.5") == Decimal("10.5")

    def test_postings_are_added_exactly_and_told(
        self, units_of_work: UnitsOfWork, budget: Budget, organization: Organization
    ) -> None:
        twin, other = (a_stored_budget(units_of_work, organization) for _ in range(2))
        for each, period in ((budget, LAST), (budget, THIS), (twin, THIS), (other, THIS)):
            open_period(units_of_work, each, period, "1")
        postings = [
            Posting([budget], LAST, TINY),
            Posting([budget], THIS, Decimal("-0.25")),
            Posting([twin, other], THIS, Decimal(10**6)),
        ]
        with units_of_work() as uow:
            posted = uow.ledger.post(organization.id, postings)
            uow.commit()
        assert posted == {
            key(budget, LAST): 1 + TINY,
            key(budget, THIS): Decimal("0.75"),
            key(twin, THIS): Decimal(10**6 + 1),
            key(other, THIS): Decimal(10**6 + 1),
        }
        assert [each.spent_usd for each in find(units_of_work, budget, LAST, THIS)] == [
            1 + TINY,
            Decimal("0.75"),
        ]

    def test_sums_stay_with_their_budgets_while_others_come_and_go(
        self, units_of_work: UnitsOfWork, budget: Budget, organization: Organization
    ) -> None:
        gone, last, new = (a_stored_budget(units_of_work, organization) for _ in range(3))
        for each, spent in ((budget, "1"), (gone, "20"), (last, "300")):
            open_period(units_of_work, each, THIS, spent)
        postings = [Posting([budget, gone, last, new], THIS, Decimal("0.5"))]
        for _ in range(2):
            post(units_of_work, postings)
        with units_of_work() as uow:
            uow.ledger.close(organization.id, gone.id)
            uow.commit()
        open_period(units_of_work, new, THIS, "4000")
        for _ in range(2):
            posted = post(units_of_work, postings)
        assert posted == {
            key(budget, THIS): Decimal(3),
            key(last, THIS): Decimal(302),
            key(new, THIS): Decimal(4001),
        }
        found = [find(units_of_work, each, THIS) for each in (budget, gone, last, new)]
        assert [[it.spent_usd for it in each] for each in found] == [[3], [], [302], [4001]]

    def test_periods_that_begin_together_and_end_apart_are_apart(
        self, units_of_work: UnitsOfWork, budget: Budget, organization: Organization
    ) -> None:
        daily = a_stored_budget(units_of_work, organization)
        first = Span(THIS.start, THIS.start + timedelta(days=1))
        open_period(units_of_work, budget, THIS, "1")
        open_period(units_of_work, daily, first, "2")
        postings = [Posting([budget], THIS, Decimal(10)), Posting([daily], first, Decimal(20))]
        for times in (1, 2):
            assert post(units_of_work, postings) == {
                key(budget, THIS): Decimal(1 + 10 * times),
                key(daily, first): Decimal(2 + 20 * times),
            }
        assert [each.period for each in find(units_of_work, daily, first)] == [first]

    def test_a_period_whose_end_has_moved_is_the_same_one(
        self, units_of_work: UnitsOfWork, budget: Budget
    ) -> None:
        open_period(units_of_work, budget, THIS, "1")
        moved = Span(THIS.start, THIS.end + timedelta(hours=1))
        for total in (Decimal(3), Decimal(5)):
            posted = post(units_of_work, [Posting([budget], moved, Decimal(2))])
            assert posted == {key(budget, THIS): total}
        assert open_period(units_of_work, budget, moved, "99", new="1") == 6
        assert [each.spent_usd for each in find(units_of_work, budget, THIS)] == [Decimal(6)]

    def test_what_is_not_open_is_not_posted(
        self, units_of_work: UnitsOfWork, budget: Budget, organization: Organization
    ) -> None:
        open_period(units_of_work, budget, THIS, "1")
        with units_of_work() as uow:
            posted = uow.ledger.post(
                organization.id,
                [Posting([budget], LAST, Decimal(1)), Posting([budget], THIS, Decimal(1))],
                also=[key(budget, LAST)],
            )
            uow.commit()
        assert posted == {key(budget, THIS): Decimal(2)}
        assert [each.period for each in find(units_of_work, budget, LAST, THIS)] == [THIS]

    def test_nothing_of_another_organization_is_found_or_changed(
        self, units_of_work: UnitsOfWork, budget: Budget
    ) -> None:
        open_period(units_of_work, budget, THIS, "1")
        stranger = a_stored_organization(units_of_work)
        with units_of_work() as uow:
            assert not uow.ledger.post(stranger.id, [Posting([budget], THIS, Decimal(5))])
            assert not uow.ledger.find(stranger.id, [key(budget, THIS)])
            assert not uow.ledger.hold(stranger.id, [key(budget, THIS)])
            uow.ledger.keep_forecast(stranger.id, key(budget, THIS), FORECAST)
            uow.ledger.close(stranger.id, budget.id)
            uow.commit()
        (mine,) = find(units_of_work, budget, THIS)
        assert (mine.spent_usd, mine.forecast) == (Decimal(1), None)

    def test_of_posts_at_once_none_is_lost(
        self, units_of_work: UnitsOfWork, budget: Budget, organization: Organization
    ) -> None:
        budgets = [budget, *(a_stored_budget(units_of_work, organization) for _ in range(4))]
        for each in budgets:
            open_period(units_of_work, each, THIS, "0")
            open_period(units_of_work, each, LAST, "0")

        def post(turn: int) -> None:
            # In as many orders as there are threads: whoever waits must wait for an end.
            order = budgets[turn % 5 :] + budgets[: turn % 5]
            for _ in range(10):
                postings = [
                    Posting([each], period, TINY) for each in order for period in (THIS, LAST)
                ]
                with units_of_work() as uow:
                    uow.ledger.post(organization.id, postings)
                    uow.commit()

        threads = [Thread(target=post, args=(turn,)) for turn in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=60)
        for each in budgets:
            assert [it.spent_usd for it in find(units_of_work, each, THIS, LAST)] == [80 * TINY] * 2

    def test_a_period_opened_by_several_at_once_has_the_sum_of_all(
        self, units_of_work: UnitsOfWork, budget: Budget
    ) -> None:
        threads = [
            Thread(target=open_period, args=(units_of_work, budget, THIS, "2"), kwargs={"new": "2"})
            for _ in range(8)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=60)
        assert [each.spent_usd for each in find(units_of_work, budget, THIS)] == [Decimal(16)]

    def test_a_forecast_is_kept_and_forgotten(
        self, units_of_work: UnitsOfWork, budget: Budget
    ) -> None:
        open_period(units_of_work, budget, THIS, "1")
        for forecast in (FORECAST, replace(FORECAST, runs_out_at=None), None):
            with units_of_work() as uow:
                uow.ledger.keep_forecast(budget.organization_id, key(budget, THIS), forecast)
                uow.commit()
            (spending,) = find(units_of_work, budget, THIS)
            assert spending.forecast == forecast

    def test_a_forecast_takes_the_place_of_those_of_the_periods_before(
        self, units_of_work: UnitsOfWork, budget: Budget
    ) -> None:
        for period in (LAST, THIS):
            open_period(units_of_work, budget, period, "1")
            with units_of_work() as uow:
                uow.ledger.keep_forecast(budget.organization_id, key(budget, period), FORECAST)
                uow.commit()
        forecasts = [each.forecast for each in find(units_of_work, budget, LAST, THIS)]
        assert forecasts == [None, FORECAST]

    def test_a_forecast_goes_with_its_period_and_is_kept_of_none_that_is_not_open(
        self, units_of_work: UnitsOfWork, budget: Budget
    ) -> None:
        open_period(units_of_work, budget, THIS, "1")
        with units_of_work() as uow:
            uow.ledger.keep_forecast(budget.organization_id, key(budget, THIS), FORECAST)
            uow.ledger.close(budget.organization_id, budget.id)
            uow.ledger.keep_forecast(budget.organization_id, key(budget, LAST), FORECAST)
            uow.commit()
        for period in (LAST, THIS):
            open_period(units_of_work, budget, period, "1")
        assert [each.forecast for each in find(units_of_work, budget, LAST, THIS)] == [None, None]

    def test_a_closed_budget_has_no_periods(
        self, units_of_work: UnitsOfWork, budget: Budget, organization: Organization
    ) -> None:
        other = a_stored_budget(units_of_work, organization)
        for each in (budget, other):
            open_period(units_of_work, each, THIS, "1")
        with units_of_work() as uow:
            uow.ledger.close(organization.id, budget.id)
            uow.commit()
        assert not find(units_of_work, budget, THIS)
        assert find(units_of_work, other, THIS)

    def test_a_removed_budget_takes_its_periods_along_and_no_others(
        self, units_of_work: UnitsOfWork, budget: Budget, organization: Organization
    ) -> None:
        other = a_stored_budget(units_of_work, organization)
        for each, spent in ((budget, "1"), (other, "2")):
            open_period(units_of_work, each, THIS, spent)
        with units_of_work() as uow:
            uow.budgets.remove(budget.organization_id, budget.id)
            uow.commit()
        assert not find(units_of_work, budget, THIS)
        assert [each.spent_usd for each in find(units_of_work, other, THIS)] == [Decimal(2)]

    def test_periods_that_ended_are_forgotten(
        self, units_of_work: UnitsOfWork, budget: Budget
    ) -> None:
        for period in (LAST, THIS):
            open_period(units_of_work, budget, period, "1")
        with units_of_work() as uow:
            assert uow.ledger.forget_ended(LAST.end + timedelta(seconds=1)) == 1
            uow.commit()
        assert [each.period for each in find(units_of_work, budget, LAST, THIS)] == [THIS]


def a_stored_budget(units_of_work: UnitsOfWork, organization: Organization) -> Budget:
    budget = a_budget(organization)
    with units_of_work() as uow:
        uow.budgets.add(organization.id, budget)
        uow.commit()
    return budget


def key(budget: Budget, period: Span) -> PeriodKey:
    return budget.id, period.start


def find(units_of_work: UnitsOfWork, budget: Budget, *periods: Span) -> list[Spending]:
    with units_of_work() as uow:
        return uow.ledger.find(budget.organization_id, [key(budget, each) for each in periods])


def post(units_of_work: UnitsOfWork, postings: Sequence[Posting]) -> dict[PeriodKey, Decimal]:
    with units_of_work() as uow:
        posted = uow.ledger.post(postings[0].budgets[0].organization_id, postings)
        uow.commit()
    return posted


def open_period(
    units_of_work: UnitsOfWork, budget: Budget, period: Span, spent: str, *, new: str = "0"
) -> Decimal:
    with units_of_work() as uow:
        total = uow.ledger.open(
            budget.organization_id, budget.id, period, Decimal(spent), Decimal(new)
        )
        uow.commit()
    return total
