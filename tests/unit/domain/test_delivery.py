"""An alert on its way to a channel."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.delivery import LONGEST_WAIT, SCHEDULE, Delivery, DeliveryState
from tests.builders import NOW, an_id

#: Standard Webhooks, "Delivery retries": from the attempt before.
WAITS = [
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
]


def a_delivery(delivery_id: str = "d") -> Delivery:
    return Delivery(
        id=delivery_id,
        organization_id="acme",
        channel_id="c",
        alert_id="a",
        created_at=NOW,
        next_attempt_at=NOW,
    )


@given(st.uuids().map(str))
def test_what_fails_comes_again_by_the_schedule_give_or_take_a_fifth(delivery_id: str) -> None:
    delivery = a_delivery(delivery_id)
    for wait in WAITS:
        failed = delivery.begun().failed(NOW, "It is away.")
        assert failed.state is DeliveryState.PENDING
        assert 0.8 * wait <= failed.next_attempt_at - NOW <= 1.2 * wait
        delivery = failed
    last = delivery.begun().failed(NOW, "It is away.")
    assert (last.state, last.attempts) == (DeliveryState.FAILED, 10)
    assert (last.id, last.created_at, last.alert_id) == (delivery_id, NOW, "a")


def test_those_that_fail_together_do_not_come_back_together() -> None:
    due = {a_delivery(an_id()).begun().failed(NOW, "").next_attempt_at for _ in range(200)}
    assert len(due) > 100
    assert min(due) < NOW + 0.85 * SCHEDULE[1]
    assert max(due) > NOW + 1.15 * SCHEDULE[1]


@pytest.mark.parametrize(
    ("asked", "waits"),
    [
        (timedelta(hours=3), timedelta(hours=3)),
        (timedelta(hours=24), timedelta(hours=24)),
        (timedelta(days=30), LONGEST_WAIT),
    ],
)
def test_a_receiver_may_ask_for_up_to_a_day_of_patience(asked: timedelta, waits: timedelta) -> None:
    failed = a_delivery().begun().failed(NOW, "", status=429, wait_at_least=asked)
    assert failed.next_attempt_at == NOW + waits


@pytest.mark.parametrize("asked", [timedelta(0), timedelta(seconds=1), timedelta(days=-9)])
def test_nobody_may_ask_for_less_than_the_schedule_has(asked: timedelta) -> None:
    failed = a_delivery().begun().failed(NOW, "", wait_at_least=asked)
    assert failed.next_attempt_at >= NOW + 0.8 * SCHEDULE[1]


def test_what_is_final_is_given_up_at_once() -> None:
    gone = a_delivery().begun().failed(NOW, "It answered 410.", status=410, is_final=True)
    assert (gone.state, gone.last_status) == (DeliveryState.FAILED, 410)
    assert gone.last_problem == "It answered 410."


def test_what_arrives_after_a_failure_has_no_problem_left() -> None:
    failed = a_delivery().begun().failed(NOW, "It answered 500.", status=500)
    later = NOW + timedelta(seconds=6)
    delivered = failed.begun().delivered(later, 204)
    assert (delivered.state, delivered.attempts) == (DeliveryState.DELIVERED, 2)
    assert (delivered.delivered_at, delivered.last_status) == (later, 204)
    assert delivered.last_problem is None


def test_an_attempt_without_an_answer_forgets_the_answer_before() -> None:
    failed = a_delivery().begun().failed(NOW, "It answered 500.", status=500)
    assert failed.begun().failed(NOW, "It is away.").last_status is None


def test_sent_again_it_begins_anew_under_the_same_id() -> None:
    later = NOW + timedelta(days=9)
    again = a_delivery().begun().delivered(NOW, 204).again(later)
    assert (again.id, again.state, again.attempts) == ("d", DeliveryState.PENDING, 0)
    assert (again.next_attempt_at, again.delivered_at) == (later, None)
    assert again.created_at == NOW


def test_a_delivery_rests_between_a_failed_attempt_and_the_next() -> None:
    new = a_delivery()
    begun = new.begun()
    away = begun.failed(NOW, "It is away.")
    assert [each.is_resting(NOW) for each in (new, begun, away)] == [False, False, True]
    assert not away.is_resting(away.next_attempt_at)
    assert not begun.failed(NOW, "It is away.", is_final=True).is_resting(NOW)
