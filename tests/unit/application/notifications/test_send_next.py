"""Each alert goes out in the words of its channel, signed where it is a webhook's."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from standardwebhooks import WebhookVerificationError

from adapters.memory.mails import InMemoryMails
from application.notifications.rotate_secret import RotateSecret, RotateSecretRequest
from domain.alert import AlertKind
from domain.budget_scope import BudgetScope
from domain.channel import Channel, ChannelType
from domain.delivery import LEASE, SCHEDULE, DeliveryState
from domain.errors import Conflict, NotFound
from domain.report import Dimension
from domain.timestamps import parse_timestamp
from tests.builders import a_budget, an_api_key
from tests.unit.application.notifications.post_office import PostOffice, text_of, verified


def rotate(office: PostOffice, channel_id: str) -> Channel:
    world = office.world
    request = RotateSecretRequest(organization_id=office.id, channel_id=channel_id)
    return RotateSecret(world.units, world.secrets, world.clock)(request)


def test_a_webhook_is_signed_and_tells_the_alert(office: PostOffice) -> None:
    channel = office.channel()
    alert = office.alert()
    assert office.send_all() == 1
    (post,) = office.posts.sent
    assert post.url == channel.target
    assert post.headers["webhook-id"] == office.delivery(channel).id
    body = verified(post, channel.secret)
    assert body["type"] == "budget.threshold_reached"
    said_at = parse_timestamp(body["timestamp"], "")
    assert timedelta(0) <= alert.created_at - said_at < timedelta(milliseconds=1)
    for written in (body["timestamp"], body["data"]["period_start"]):
        assert re.fullmatch(r"[-0-9]{10}T[:0-9]{8}\.[0-9]{3}Z", written)
    assert body["data"]["alert_id"] == alert.id
    assert body["data"]["organization"]["id"] == office.id
    assert body["data"]["spent_usd"] == "40.5"
    assert body["data"]["url"] == f"https://costs.example.com/dashboard/budgets/{alert.budget_id}"
    assert office.delivery(channel).state is DeliveryState.DELIVERED
    assert office.send_all() == 0


def test_a_forged_or_foreign_signature_does_not_hold(office: PostOffice) -> None:
    channel, other = office.channel(), office.channel()
    office.alert()
    office.send_all()
    post = office.posts.sent[0]
    verified(post, channel.secret)
    with pytest.raises(WebhookVerificationError):
        verified(post, other.secret)


def test_after_a_rotation_both_secrets_sign_for_a_day(office: PostOffice) -> None:
    old = office.channel()
    new = rotate(office, old.id)
    assert new.secret != old.secret
    office.alert(threshold=50)
    office.send_all()
    for channel in (old, new):
        assert verified(office.posts.sent[0], channel.secret)["data"]["threshold"] == 50
    office.world.clock.advance(timedelta(days=1))
    office.alert(threshold=80)
    office.send_all()
    assert len(office.posts.sent[1].headers["webhook-signature"].split()) == 1


def test_only_webhooks_that_there_are_have_a_secret_to_rotate(office: PostOffice) -> None:
    with pytest.raises(Conflict):
        rotate(office, office.channel(ChannelType.SLACK).id)
    with pytest.raises(NotFound):
        rotate(office, "unknown")


def test_mail_tells_people_and_may_be_sent_again_under_its_id(office: PostOffice) -> None:
    channel = office.channel(ChannelType.EMAIL)
    office.alert()
    office.send_all()
    (mail,) = office.mails.sent
    assert (mail.to, mail.message_id) == ("finance@example.com", office.delivery(channel).id)
    assert mail.subject == "TrueCompute: budget “Checkout” has reached 80 %"
    assert "$40.50 of $50.00 are spent" in mail.text
    assert office.delivery(channel).last_status is None
    assert office.delivery(channel).state is DeliveryState.DELIVERED


def test_mail_says_what_the_budget_counts_as_long_as_it_is_the_one_that_alerted(
    office: PostOffice,
) -> None:
    office.channel(ChannelType.EMAIL)
    key = office.world.key(an_api_key(office.organization, name="Backend"))
    budget = a_budget(office.organization)
    scope = BudgetScope(dimensions={Dimension.API_KEY: key.id})
    budget = replace(budget, terms=replace(budget.terms, scope=scope))
    with office.world.units() as uow:
        uow.budgets.add(office.id, budget)
        uow.commit()
    for version in (budget.version, budget.version + 1):
        office.alert(budget_id=budget.id, version=version)
    office.send_all()
    now, changed = office.mails.sent
    assert "Counts API key Backend. It stops no call." in now.text
    assert "Counts" not in changed.text


def test_without_a_mail_server_the_delivery_says_so_and_waits(office: PostOffice) -> None:
    channel = office.channel(ChannelType.EMAIL)
    office.alert()
    office.mails = InMemoryMails(is_set_up=False)
    office.send_all()
    waiting = office.delivery(channel)
    assert (waiting.state, waiting.attempts) == (DeliveryState.PENDING, 1)
    assert waiting.last_problem == "No mail server is set up here."
    office.mails = InMemoryMails()
    office.world.clock.advance(2 * SCHEDULE[1])
    assert office.send_all() == 1
    assert office.delivery(channel).state is DeliveryState.DELIVERED


@pytest.mark.parametrize("name", ["<!channel>", "<!here|x>", "<@U1>", "<https://x.example|y>"])
def test_a_budget_of_any_name_pings_nobody_in_slack(office: PostOffice, name: str) -> None:
    office.channel(ChannelType.SLACK)
    office.alert(budget_name=name)
    office.send_all()
    (post,) = office.posts.sent
    assert "<" not in text_of(post)
    assert ">" not in text_of(post)
    assert name.replace("<", "&lt;").replace(">", "&gt;") in text_of(post)
    assert "webhook-signature" not in post.headers


def test_an_ampersand_is_written_as_slack_asks_for_it(office: PostOffice) -> None:
    office.channel(ChannelType.SLACK)
    office.alert(budget_name='R&D "x"')
    office.send_all()
    assert 'R&amp;D "x"' in text_of(office.posts.sent[0])


def test_a_spike_leads_to_the_page_of_alerts(office: PostOffice) -> None:
    channel = office.channel()
    office.alert(kind=AlertKind.SPIKE, budget_id=None, limit_usd=None, threshold=None, version=0)
    office.send_all()
    data = verified(office.posts.sent[0], channel.secret)["data"]
    assert data["url"] == "https://costs.example.com/dashboard/alerts"


def test_alerts_of_a_channel_go_out_in_the_order_they_were_raised(office: PostOffice) -> None:
    channel = office.channel()
    for threshold in (50, 80, 100):
        office.alert(threshold=threshold)
    office.send_all()
    told = [verified(it, channel.secret)["data"]["threshold"] for it in office.posts.sent]
    assert told == [50, 80, 100]


def test_one_who_dies_with_a_delivery_loses_nothing(office: PostOffice) -> None:
    channel = office.channel()
    office.alert()
    claimed = office.send_next.claim()
    assert claimed is not None
    assert office.send_all() == 0
    office.world.clock.advance(LEASE)
    assert office.send_all() == 1
    assert office.posts.sent[0].headers["webhook-id"] == claimed.delivery.id
    assert office.delivery(channel).attempts == 2


def test_where_every_attempt_died_it_is_given_up_at_last(office: PostOffice) -> None:
    channel = office.channel()
    office.alert()
    for _ in SCHEDULE:
        assert office.send_next.claim() is not None
        office.world.clock.advance(LEASE)
    assert office.send_all() == 1
    assert office.posts.sent == []
    given_up = office.delivery(channel)
    assert given_up.state is DeliveryState.FAILED
    assert given_up.last_problem == "The attempts ended without an answer."
