"""What fails comes again by the schedule, until it is delivered or given up."""

from datetime import timedelta

import pytest

from application.notifications.resend_delivery import ResendDelivery, ResendDeliveryRequest
from application.ports.web_posts import PostAnswer
from domain.delivery import SCHEDULE, Delivery, DeliveryState
from domain.errors import NotFound, Undeliverable
from tests.unit.application.notifications.post_office import PostOffice

AWAY = PostAnswer(503, None)
TICK = timedelta.resolution


def resend(office: PostOffice, delivery_id: str, organization_id: str | None = None) -> Delivery:
    request = ResendDeliveryRequest(
        organization_id=organization_id or office.id, delivery_id=delivery_id
    )
    return ResendDelivery(office.world.units, office.limit_by_hand, office.world.clock)(request)


def test_a_receiver_that_stays_away_is_tried_ten_times_under_one_id(office: PostOffice) -> None:
    channel, clock = office.channel(), office.world.clock
    office.alert()
    office.posts.answers += [AWAY] * 20
    waits = []
    for wait in SCHEDULE[1:]:
        assert office.send_all() == 1
        due = office.delivery(channel).next_attempt_at
        waits.append(due - clock.now())
        assert 0.8 * wait <= waits[-1] <= 1.2 * wait
        clock.advance(waits[-1] - TICK)
        assert office.send_all() == 0
        clock.advance(TICK)
    assert office.send_all() == 1
    failed = office.delivery(channel)
    assert (failed.state, failed.attempts, failed.last_status) == (DeliveryState.FAILED, 10, 503)
    assert failed.last_problem == "The receiver answered 503."
    clock.advance(timedelta(days=30))
    assert office.send_all() == 0
    assert {post.headers["webhook-id"] for post in office.posts.sent} == {failed.id}
    assert len({post.headers["webhook-signature"] for post in office.posts.sent}) == 10
    assert len({post.body for post in office.posts.sent}) == 1


@pytest.mark.parametrize("problem", [AWAY, PostAnswer(302, None), Undeliverable("It is away.")])
def test_a_receiver_that_comes_back_gets_it(
    office: PostOffice, problem: PostAnswer | Undeliverable
) -> None:
    channel = office.channel()
    office.alert()
    office.posts.answers += [problem] * 2
    for _ in range(3):
        assert office.send_all() == 1
        office.world.clock.advance(timedelta(minutes=6))
    delivered = office.delivery(channel)
    assert (delivered.state, delivered.attempts) == (DeliveryState.DELIVERED, 3)
    assert (delivered.last_status, delivered.last_problem) == (204, None)


def test_a_problem_is_kept_in_our_words(office: PostOffice) -> None:
    channel = office.channel()
    office.alert()
    office.posts.answers.append(Undeliverable("The receiver took too long."))
    office.send_all()
    waiting = office.delivery(channel)
    assert (waiting.last_status, waiting.last_problem) == (None, "The receiver took too long.")


@pytest.mark.parametrize(
    ("asked_s", "waits"),
    [(3600.0, timedelta(hours=1)), (1e18, timedelta(days=1)), (float("inf"), timedelta(days=1))],
)
def test_a_receiver_may_ask_for_patience(
    office: PostOffice, asked_s: float, waits: timedelta
) -> None:
    channel = office.channel()
    office.alert()
    office.posts.answers.append(PostAnswer(429, asked_s))
    office.send_all()
    assert office.delivery(channel).next_attempt_at == office.world.clock.now() + waits


def test_a_receiver_that_is_gone_has_its_channel_disabled(office: PostOffice) -> None:
    gone, other = office.channel(), office.channel()
    office.alert(threshold=50)
    office.posts.answers.append(PostAnswer(410, None))
    office.send_all()
    assert office.delivery(gone).state is DeliveryState.FAILED
    assert office.stored(gone).disabled_reason == "Its receiver answered 410 Gone."
    assert office.stored(other).is_enabled
    office.alert(threshold=80)
    assert office.send_all() == 1
    assert len(office.deliveries(gone)) == 1
    assert len(office.deliveries(other)) == 2


def test_what_waits_for_a_channel_waits_until_it_is_enabled(office: PostOffice) -> None:
    channel = office.channel()
    office.alert()
    office.set_channel(channel_id=channel.id, is_enabled=False)
    assert office.send_all() == 0
    office.set_channel(channel_id=channel.id, is_enabled=True)
    assert office.send_all() == 1


def test_what_was_given_up_or_delivered_can_be_sent_again_under_its_id(office: PostOffice) -> None:
    channel = office.channel()
    office.alert()
    office.posts.answers.append(PostAnswer(410, None))
    office.send_all()
    office.set_channel(channel_id=channel.id, is_enabled=True)
    first = office.delivery(channel).id
    for _ in range(2):
        assert resend(office, first).attempts == 0
        assert office.send_all() == 1
        assert office.delivery(channel).state is DeliveryState.DELIVERED
    assert {post.headers["webhook-id"] for post in office.posts.sent} == {first}
    assert office.stored(channel).is_enabled


def test_what_is_about_to_be_sent_or_just_is_stays_as_it_is(office: PostOffice) -> None:
    channel = office.channel()
    office.alert()
    waiting = office.delivery(channel)
    assert resend(office, waiting.id) == waiting
    office.posts.answers.append(PostAnswer(500, None))
    office.send_all()
    resting = office.delivery(channel)
    office.world.clock.advance(resting.next_attempt_at - office.world.clock.now())
    assert resend(office, resting.id) == resting
    assert office.delivery(channel).attempts == 1


def test_what_rests_between_attempts_can_be_tried_at_once(office: PostOffice) -> None:
    channel = office.channel()
    office.alert()
    office.posts.answers.append(PostAnswer(500, None))
    office.send_all()
    assert resend(office, office.delivery(channel).id).next_attempt_at == office.world.clock.now()
    assert office.send_all() == 1
    assert office.delivery(channel).state is DeliveryState.DELIVERED


def test_a_failure_of_what_was_sent_again_disables_nothing_by_an_old_answer(
    office: PostOffice,
) -> None:
    channel = office.channel()
    office.alert()
    office.posts.answers += [PostAnswer(410, None), Undeliverable("It is away.")]
    office.send_all()
    office.set_channel(channel_id=channel.id, is_enabled=True)
    resend(office, office.delivery(channel).id)
    office.send_all()
    assert office.stored(channel).is_enabled


def test_other_organizations_deliveries_are_not_there(office: PostOffice) -> None:
    channel = office.channel()
    office.alert()
    other = office.world.organization()
    for organization_id, delivery_id in (
        (other.id, office.delivery(channel).id),
        (office.id, "unknown"),
    ):
        with pytest.raises(NotFound):
            resend(office, delivery_id, organization_id)
