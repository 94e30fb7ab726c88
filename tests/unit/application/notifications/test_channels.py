"""An owner or admin says where alerts go."""

from datetime import timedelta
from typing import Any

import pytest

from adapters.memory.mails import InMemoryMails
from application.budgets.show_budget import ShowBudget, ShowBudgetRequest
from application.notifications.limit_by_hand import MOST_AN_HOUR
from application.notifications.list_channel_budgets import (
    ListChannelBudgets,
    ListChannelBudgetsRequest,
)
from application.notifications.list_channels import ListChannels, ListChannelsRequest
from application.notifications.list_deliveries import ListDeliveries, ListDeliveriesRequest
from application.notifications.remove_channel import RemoveChannel, RemoveChannelRequest
from application.notifications.resend_delivery import ResendDelivery, ResendDeliveryRequest
from application.notifications.try_channel import TryChannel, TryChannelRequest
from domain.channel import MOST_CHANNELS, Channel, ChannelType
from domain.delivery import Delivery
from domain.errors import Conflict, Invalid, NotFound, TooManyRequests
from tests.unit.application.budgets.office import Office
from tests.unit.application.notifications.post_office import TARGETS, PostOffice, verified


def attempt(office: PostOffice, channel_id: str) -> Delivery:
    world = office.world
    request = TryChannelRequest(organization_id=office.id, channel_id=channel_id)
    return TryChannel(world.units, office.limit_by_hand, world.identifiers, world.clock)(request)


def channels(office: PostOffice) -> list[Channel]:
    return ListChannels(office.world.units)(ListChannelsRequest(organization_id=office.id))


def refused(office: PostOffice, **changes: Any) -> str | None:
    with pytest.raises(Invalid) as refusal:
        office.set_channel(**changes)
    return refusal.value.first_fault.pointer


@pytest.mark.parametrize("type_", list(ChannelType))
def test_a_channel_is_made_and_only_a_webhook_has_a_secret(
    office: PostOffice, type_: ChannelType
) -> None:
    channel = office.channel(type_)
    assert channels(office) == [channel]
    assert (channel.type, channel.target, channel.is_enabled) == (type_, TARGETS[type_], True)
    assert (channel.secret is not None) is (type_ is ChannelType.WEBHOOK)


def test_a_change_leaves_what_it_does_not_name(office: PostOffice) -> None:
    made = office.channel()
    changed = office.set_channel(channel_id=made.id, name="B")
    assert (changed.name, changed.target, changed.secret) == ("B", made.target, made.secret)
    moved = office.set_channel(channel_id=made.id, target="https://example.com/other")
    assert (moved.name, moved.target, moved.secret) == (
        "B",
        "https://example.com/other",
        made.secret,
    )
    assert channels(office) == [moved]


@pytest.mark.parametrize("target", ["", "ftp://example.com", "https://user@example.com/", None])
def test_a_webhook_needs_an_address_that_may_be_posted_to(
    office: PostOffice, target: str | None
) -> None:
    assert refused(office, type=ChannelType.WEBHOOK, name="A", target=target) == "/url"
    assert channels(office) == []


@pytest.mark.parametrize("type_", list(ChannelType))
def test_a_changed_address_is_checked_by_the_channels_own_type(
    office: PostOffice, type_: ChannelType
) -> None:
    made = office.channel(type_)
    for said in (None, *ChannelType):
        assert refused(office, channel_id=made.id, type=said, target="ftp://example.com") in (
            "/url",
            "/address",
        )
    assert channels(office) == [made]


def test_mail_needs_a_server(office: PostOffice) -> None:
    office.mails = InMemoryMails(is_set_up=False)
    for target in ("a@example.com", None):
        assert refused(office, type=ChannelType.EMAIL, name="A", target=target) == "/type"


def test_an_organization_has_at_most_fifty_channels(office: PostOffice) -> None:
    made = [office.channel() for _ in range(MOST_CHANNELS)]
    with pytest.raises(Invalid) as refusal:
        office.channel()
    assert refusal.value.code == "too_many_channels"
    assert office.set_channel(channel_id=made[0].id, name="B").name == "B"


def test_a_test_takes_the_way_of_alerts(office: PostOffice) -> None:
    channel = office.channel()
    delivery = attempt(office, channel.id)
    assert office.send_all() == 1
    (post,) = office.posts.sent
    assert post.headers["webhook-id"] == delivery.id
    assert verified(post, channel.secret)["type"] == "channel.test"
    office.set_channel(channel_id=channel.id, is_enabled=False)
    with pytest.raises(Conflict):
        attempt(office, channel.id)
    with pytest.raises(NotFound):
        attempt(office, "unknown")


def test_what_is_sent_by_hand_is_limited_whatever_becomes_of_the_channels(
    office: PostOffice,
) -> None:
    remove = RemoveChannel(office.world.units)
    resend = ResendDelivery(office.world.units, office.limit_by_hand, office.world.clock)
    for number in range(MOST_AN_HOUR):
        channel = office.channel()
        delivery = attempt(office, channel.id)
        office.send_all()
        if number % 2 == 0:
            remove(RemoveChannelRequest(organization_id=office.id, channel_id=channel.id))
    last = office.channel()
    with pytest.raises(TooManyRequests) as refused:
        attempt(office, last.id)
    assert refused.value.code == "too_many_by_hand"
    with pytest.raises(TooManyRequests):
        resend(ResendDeliveryRequest(organization_id=office.id, delivery_id=delivery.id))
    office.world.clock.advance(timedelta(seconds=refused.value.retry_after_s))
    attempt(office, last.id)


def test_deliveries_are_listed_newest_first_each_with_its_alert(office: PostOffice) -> None:
    channel = office.channel()
    office.channel()
    alert = office.alert()
    attempt(office, channel.id)
    use_case = ListDeliveries(office.world.units)
    found = use_case(ListDeliveriesRequest(organization_id=office.id, channel_id=channel.id))
    assert [each.alert for each in found] == [None, alert]
    with pytest.raises(NotFound):
        use_case(ListDeliveriesRequest(organization_id=office.id, channel_id="unknown"))


def test_a_removed_channel_takes_along_what_was_to_be_sent(office: PostOffice) -> None:
    channel, kept = office.channel(), office.channel()
    office.alert()
    remove = RemoveChannel(office.world.units)
    remove(RemoveChannelRequest(organization_id=office.id, channel_id=channel.id))
    assert office.send_all() == 1
    assert office.delivery(kept).attempts == 1
    with pytest.raises(NotFound):
        remove(RemoveChannelRequest(organization_id=office.id, channel_id=channel.id))


def test_budgets_name_a_removed_channel_no_more_and_go_to_no_other_instead(
    office: PostOffice,
) -> None:
    world, budgets = office.world, Office(office.world)
    budgets.id = office.id
    channel, other = office.channel(), office.channel()
    both, alone, everywhere = (
        budgets.budget("1", channel_ids=ids)
        for ids in ((channel.id, other.id), (channel.id,), None)
    )
    uses = ListChannelBudgets(world.units)
    asked = ListChannelBudgetsRequest(organization_id=office.id, channel_id=channel.id)
    assert uses(asked) == [both, alone]
    remove = RemoveChannel(world.units)
    remove(RemoveChannelRequest(organization_id=office.id, channel_id=channel.id))
    with world.units(snapshot=True) as uow:
        left = {each.id: each.terms.channel_ids for each in uow.budgets.list(office.id)}
    assert left == {both.id: (other.id,), alone.id: (), everywhere.id: None}
    assert uses(asked) == []
    show = ShowBudget(world.units, world.clock)
    heard = [show(ShowBudgetRequest(organization_id=office.id, budget_id=each)) for each in left]
    assert [each.is_heard for each in heard] == [True, False, True]
    now = world.clock.now()
    budgets.spend("0.6", timestamp=now)
    told = {alert.budget_id: budgets.deliveries(alert) for alert in budgets.alerts()}
    assert {budget_id: len(found) for budget_id, found in told.items()} == {
        both.id: 1,
        alone.id: 0,
        everywhere.id: 1,
    }
    office.set_channel(channel_id=other.id, is_enabled=False)
    assert not show(ShowBudgetRequest(organization_id=office.id, budget_id=both.id)).is_heard


def test_other_organizations_channels_are_not_there(office: PostOffice) -> None:
    channel, stranger = office.channel(), office.world.organization()
    for changes in ({"name": "Stolen"}, {"target": "https://evil.example/"}):
        with pytest.raises(NotFound):
            office.set_channel(organization_id=stranger.id, channel_id=channel.id, **changes)
    remove = RemoveChannel(office.world.units)
    with pytest.raises(NotFound):
        remove(RemoveChannelRequest(organization_id=stranger.id, channel_id=channel.id))
    assert channels(office) == [channel]
