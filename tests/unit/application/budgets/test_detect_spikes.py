"""An hour that cost far more than it usually does is told of."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from application.budgets.detect_spikes import DetectSpikes
from domain.alert import Alert, AlertKind
from domain.period import Span
from tests.builders import NOW, an_id
from tests.unit.application.budgets.office import Office, a_call
from tests.unit.application.world import World

#: The hour before noon, which is over at noon and judged ten minutes later.
HOUR = Span(NOW - timedelta(hours=1), NOW)
HALF_PAST = HOUR.start + timedelta(minutes=30)


@pytest.fixture
def usual(office: Office) -> Office:
    """Two dollars each hour of four weeks."""
    hours = range(2, 28 * 24)
    office.send(*(a_call("2", timestamp=NOW - timedelta(hours=hour)) for hour in hours))
    office.world.clock.advance(timedelta(minutes=15))
    return office


def detect(office: Office) -> int:
    world = office.world
    return DetectSpikes(world.units, office.raise_alerts, world.identifiers, world.clock)()


def test_an_hour_that_stands_out_is_told_once_on_all_channels(usual: Office) -> None:
    channel = usual.channel()
    usual.spend("40", timestamp=HALF_PAST)
    assert (detect(usual), detect(usual)) == (1, 0)
    (alert,) = usual.alerts()
    assert (alert.kind, alert.period, alert.budget_id) == (AlertKind.SPIKE, HOUR, None)
    assert alert.spent_usd == 40
    assert [each.channel_id for each in usual.deliveries(alert)] == [channel.id]


def test_a_spike_says_what_drove_it(usual: Office) -> None:
    usual.send(*(a_call("2", timestamp=HALF_PAST) for _ in range(20)))
    detect(usual)
    assert usual.alerts()[0].explanation == (
        "The hour from 11:00 UTC cost $40.00, 20 times its usual $2.00; the most at this hour in "
        "the four weeks before was $2.00. Against the same hour a week before: mostly more calls "
        "and tokens; openai / gpt-4o +$38.00."
    )


def test_a_usual_hour_is_no_spike(usual: Office) -> None:
    usual.spend("2.5", timestamp=HALF_PAST)
    assert detect(usual) == 0
    assert usual.alerts() == []


def test_an_hour_is_judged_when_its_calls_have_come(usual: Office) -> None:
    usual.world.clock.advance(-timedelta(minutes=6))
    usual.spend("40", timestamp=HALF_PAST)
    assert detect(usual) == 0
    usual.world.clock.advance(timedelta(minutes=1))
    assert detect(usual) == 1


def spike_at(office: Office, hours: int) -> None:
    """In the hour that is judged next, so many hours from now."""
    now: datetime = office.world.clock.advance(timedelta(hours=hours))
    office.spend("90", timestamp=now - timedelta(minutes=45))


@pytest.mark.parametrize(("hours", "raised"), [(5, 1), (6, 0)])
def test_an_hour_that_nobody_looked_at_in_time_is_told_of_later(
    usual: Office, hours: int, raised: int
) -> None:
    usual.spend("40", timestamp=HALF_PAST)
    usual.world.clock.advance(timedelta(hours=hours))
    assert detect(usual) == raised
    assert [each.period for each in usual.alerts()] == [HOUR] * raised
    assert detect(usual) == 0


def test_a_bad_day_is_told_of_once(usual: Office) -> None:
    spike_at(usual, 0)
    assert detect(usual) == 1
    for _ in range(23):
        spike_at(usual, 1)
        assert detect(usual) == 0
    spike_at(usual, 1)
    assert detect(usual) == 1


def test_many_other_alerts_do_not_hide_that_it_was_told(usual: Office) -> None:
    spike_at(usual, 0)
    assert detect(usual) == 1
    spike_at(usual, 1)
    with usual.world.units() as uow:
        for number in range(120):
            uow.alerts.claim(usual.id, a_budgets_alert(usual, number))
        uow.commit()
    assert detect(usual) == 0


def test_each_organization_is_judged_by_its_own_hours(world: World, usual: Office) -> None:
    other = Office(world)
    other.spend("40", timestamp=HALF_PAST)
    assert detect(usual) == 0
    usual.spend("40", timestamp=HALF_PAST)
    assert detect(usual) == 1
    assert other.alerts() == []


def test_where_nothing_was_spent_there_is_nothing_to_say(office: Office) -> None:
    assert detect(office) == 0


def a_budgets_alert(office: Office, number: int) -> Alert:
    return Alert(
        id=office.world.identifiers.new(),
        organization_id=office.id,
        kind=AlertKind.ACTUAL,
        period=HOUR,
        spent_usd=Decimal(1),
        created_at=office.world.clock.now(),
        budget_id=an_id(),
        threshold=number + 1,
    )
