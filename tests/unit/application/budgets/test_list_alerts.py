"""What was alerted, and where it went."""

from application.budgets.list_alerts import AlertWithDeliveries, ListAlerts, ListAlertsRequest
from tests.unit.application.budgets.office import Office
from tests.unit.application.world import World


def listed(office: Office, after: str | None = None, limit: int = 50) -> list[AlertWithDeliveries]:
    request = ListAlertsRequest(organization_id=office.id, after=after, limit=limit)
    return ListAlerts(office.world.units)(request)


def test_alerts_come_newest_first_each_with_its_own_deliveries(office: Office) -> None:
    channels = [office.channel().id, office.channel().id]
    office.budget()
    office.spend("10")
    found = listed(office)
    assert [each.alert.threshold for each in found] == [100, 80, 50]
    for each in found:
        assert [delivery.channel_id for delivery in each.deliveries] == channels
        assert {delivery.alert_id for delivery in each.deliveries} == {each.alert.id}


def test_pages_follow_each_other(office: Office) -> None:
    office.budget()
    office.spend("10")
    first = listed(office, limit=2)
    rest = listed(office, after=first[-1].alert.id, limit=2)
    assert [each.alert.threshold for each in (*first, *rest)] == [100, 80, 50]


def test_alerts_outlive_their_budget_and_are_nobody_elses(world: World, office: Office) -> None:
    budget = office.budget()
    office.spend("5")
    with world.units() as uow:
        uow.budgets.remove(office.id, budget.id)
        uow.commit()
    assert [each.alert.budget_name for each in listed(office)] == ["All of it"]
    assert listed(Office(world)) == []
