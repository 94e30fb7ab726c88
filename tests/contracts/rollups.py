"""What every keeper of sums promises."""

from datetime import timedelta

import pytest

from application.ports.unit_of_work import UnitsOfWork
from domain.api_key import ApiKey
from domain.period import Span
from domain.report import EventSelection, Measures
from domain.rollup import days_over, weeks_over
from tests.builders import NOW, a_cost, an_event, an_id
from tests.contracts.event_storage import add_waiting, close_weeks, gather
from tests.contracts.events import append
from tests.contracts.tenants import a_stored_key

WEEKS = Span(NOW - timedelta(weeks=9), NOW + timedelta(weeks=9))


class RollupsContract:
    """Inherit where a fixture ``units_of_work`` gives an empty store."""

    @pytest.fixture
    def key(self, units_of_work: UnitsOfWork) -> ApiKey:
        key = a_stored_key(units_of_work)
        costs = ("1", None, "0.5")
        append(units_of_work, key, [an_event(key, timestamp=NOW, cost=a_cost(c)) for c in costs])
        return key

    def measured(self, units_of_work: UnitsOfWork, key: ApiKey) -> Measures:
        selection = EventSelection(organization_id=key.organization_id, span=WEEKS)
        with units_of_work.report() as uow:
            return uow.usage_reports.measures(selection)

    def test_adding_what_waits_changes_no_report_and_ends(
        self, units_of_work: UnitsOfWork, key: ApiKey
    ) -> None:
        before = self.measured(units_of_work, key)
        add_waiting(units_of_work)
        assert self.measured(units_of_work, key) == before

    def test_summing_up_weeks_changes_no_report_and_ends(
        self, units_of_work: UnitsOfWork, key: ApiKey
    ) -> None:
        before = self.measured(units_of_work, key)
        add_waiting(units_of_work)
        close_weeks(units_of_work, weeks_over(NOW + timedelta(weeks=20)))
        assert self.measured(units_of_work, key) == before

    def test_gathering_sums_changes_no_report_and_ends(
        self, units_of_work: UnitsOfWork, key: ApiKey
    ) -> None:
        before = self.measured(units_of_work, key)
        add_waiting(units_of_work)
        close_weeks(units_of_work, weeks_over(NOW + timedelta(weeks=20)))
        gather(units_of_work, days_over(NOW + timedelta(weeks=20)))
        assert self.measured(units_of_work, key) == before

    def test_making_sums_anew_changes_no_report(
        self, units_of_work: UnitsOfWork, key: ApiKey
    ) -> None:
        before = self.measured(units_of_work, key)
        with units_of_work() as uow:
            uow.rollups.rebuild(key.organization_id)
            uow.commit()
        assert self.measured(units_of_work, key) == before

    def test_sums_that_are_right_have_no_differences(
        self, units_of_work: UnitsOfWork, key: ApiKey
    ) -> None:
        with units_of_work(snapshot=True) as uow:
            assert uow.rollups.differences(key.organization_id) == []
            assert uow.rollups.differences(an_id()) == []
