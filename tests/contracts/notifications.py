"""What every store of alerts, channels and deliveries promises."""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from threading import Event, Thread

import pytest

from application.ports.unit_of_work import UnitsOfWork
from domain.alert import Alert, AlertKind
from domain.channel import Channel, ChannelType
from domain.delivery import LEASE, LEASE_OF_MAIL, Delivery, DeliveryState
from domain.organization import Organization
from domain.period import Span
from tests.builders import NOW, an_id
from tests.contracts.tenants import a_stored_organization

PERIOD = Span(NOW, NOW + timedelta(days=1))


def an_alert(organization: Organization, **changes: object) -> Alert:
    alert = Alert(
        id=an_id(),
        organization_id=organization.id,
        kind=AlertKind.ACTUAL,
        period=PERIOD,
        spent_usd=Decimal("80.000000000000000001"),
        created_at=NOW,
        budget_id=an_id(),
        budget_name="Žofie's 🦊",
        limit_usd=Decimal(100),
        version=3,
        threshold=80,
    )
    return replace(alert, **changes)  # type: ignore[arg-type]


def a_spike(organization: Organization, hour: datetime) -> Alert:
    return Alert(
        id=an_id(),
        organization_id=organization.id,
        kind=AlertKind.SPIKE,
        period=Span(hour, hour + timedelta(hours=1)),
        spent_usd=Decimal(9),
        created_at=NOW,
        explanation="12 times its usual.",
    )


def a_channel(organization: Organization, **changes: object) -> Channel:
    channel = Channel(
        id=an_id(),
        organization_id=organization.id,
        type=ChannelType.WEBHOOK,
        name="Finance",
        target="https://example.com/hook?x=1",
        created_at=NOW,
        secret="whsec_c2VjcmV0",
    )
    return replace(channel, **changes)  # type: ignore[arg-type]


def a_delivery(channel: Channel, alert: Alert | None = None, **changes: object) -> Delivery:
    delivery = Delivery(
        id=an_id(),
        organization_id=channel.organization_id,
        channel_id=channel.id,
        alert_id=None if alert is None else alert.id,
        created_at=NOW,
        next_attempt_at=NOW,
    )
    return replace(delivery, **changes)  # type: ignore[arg-type]


class NotificationsContract:
    """Inherit where a fixture ``units_of_work`` gives an empty store."""

    @pytest.fixture
    def organization(self, units_of_work: UnitsOfWork) -> Organization:
        return a_stored_organization(units_of_work)

    @pytest.fixture
    def other(self, units_of_work: UnitsOfWork) -> Organization:
        return a_stored_organization(units_of_work)

    def test_an_alert_is_claimed_once_for_its_threshold_period_kind_and_version(
        self, units_of_work: UnitsOfWork, organization: Organization
    ) -> None:
        alert = an_alert(organization)
        others = [
            replace(alert, id=an_id(), threshold=100),
            replace(alert, id=an_id(), version=4),
            replace(alert, id=an_id(), kind=AlertKind.FORECAST),
            replace(alert, id=an_id(), period=Span(PERIOD.end, PERIOD.end + timedelta(days=1))),
            replace(alert, id=an_id(), budget_id=an_id()),
        ]
        assert claim(units_of_work, alert)
        assert not claim(units_of_work, replace(alert, id=an_id(), spent_usd=Decimal(81)))
        assert all(claim(units_of_work, each) for each in others)
        with units_of_work() as uow:
            newest_first = [*reversed(others), alert]
            assert uow.alerts.list(organization.id) == newest_first
            assert uow.alerts.list(organization.id, after=others[0].id) == [alert]
            assert uow.alerts.list(organization.id, limit=1) == [others[-1]]
            assert uow.alerts.list(organization.id, budget_id=others[-1].budget_id) == [others[-1]]
            assert uow.alerts.get(organization.id, alert.id) == alert

    def test_a_spike_is_claimed_once_for_its_hour(
        self, units_of_work: UnitsOfWork, organization: Organization, other: Organization
    ) -> None:
        spike = a_spike(organization, NOW)
        assert claim(units_of_work, spike)
        assert not claim(units_of_work, replace(spike, id=an_id()))
        assert claim(units_of_work, a_spike(organization, NOW + timedelta(hours=1)))
        assert claim(units_of_work, a_spike(other, NOW))

    def test_of_claims_at_once_one_is_first(
        self, units_of_work: UnitsOfWork, organization: Organization
    ) -> None:
        alert, firsts = an_alert(organization), []

        def run() -> None:
            firsts.append(claim(units_of_work, replace(alert, id=an_id())))

        threads = [Thread(target=run) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=60)
        assert sorted(firsts) == [False] * 7 + [True]

    def test_alerts_of_others_are_not_found(
        self, units_of_work: UnitsOfWork, organization: Organization, other: Organization
    ) -> None:
        alert = an_alert(organization)
        claim(units_of_work, alert)
        with units_of_work() as uow:
            assert uow.alerts.get(other.id, alert.id) is None
            assert not uow.alerts.list(other.id)
            assert not uow.alerts.find(other.id, [alert.id, "no id"])
            assert uow.alerts.get(organization.id, "no id") is None

    def test_a_channel_is_kept_changed_and_removed(
        self, units_of_work: UnitsOfWork, organization: Organization, other: Organization
    ) -> None:
        channel, second = a_channel(organization), a_channel(organization)
        mail = a_channel(
            organization, type=ChannelType.EMAIL, target="lead@example.com", secret=None
        )
        add_channels(units_of_work, channel, second, mail)
        changed = (
            channel.rotated("whsec_b", NOW)
            .rotated("whsec_bmV3", NOW)
            .disabled("It answered 410.", NOW)
        )
        with units_of_work() as uow:
            assert uow.channels.get_for_update(organization.id, channel.id) == channel
            uow.channels.update(organization.id, changed)
            uow.channels.update(other.id, replace(second, name="Stolen"))
            assert not uow.channels.remove(other.id, second.id)
            uow.commit()
        with units_of_work() as uow:
            assert uow.channels.list(organization.id) == [changed, second, mail]
            assert uow.channels.list(organization.id, after=channel.id, limit=1) == [second]
            assert uow.channels.get(other.id, channel.id) is None
            assert not uow.channels.list(other.id)
            assert uow.channels.remove(organization.id, channel.id)
            assert not uow.channels.remove(organization.id, channel.id)
            assert uow.channels.get(organization.id, channel.id) is None

    def test_what_has_been_due_longest_is_claimed_and_its_channel_with_it(
        self, units_of_work: UnitsOfWork, organization: Organization
    ) -> None:
        channel, second = a_channel(organization), a_channel(organization)
        add_channels(units_of_work, channel, second)
        first, next_, elsewhere, future = (
            a_delivery(channel),
            a_delivery(channel),
            a_delivery(second, next_attempt_at=NOW + timedelta(seconds=1)),
            a_delivery(second, next_attempt_at=NOW + timedelta(hours=1)),
        )
        add_deliveries(units_of_work, first, next_, elsewhere, future)
        at = NOW + timedelta(seconds=2)
        assert claim_next(units_of_work, at) == first.begun()
        assert claim_next(units_of_work, at) == elsewhere.begun()
        # The others wait for their channel, or for their time.
        assert claim_next(units_of_work, at) is None
        with units_of_work() as uow:
            uow.deliveries.finish(organization.id, first.begun().delivered(at, 204))
            uow.commit()
        assert claim_next(units_of_work, at) == next_.begun()

    def test_who_dies_with_a_delivery_keeps_it_for_the_length_of_a_lease(
        self, units_of_work: UnitsOfWork, organization: Organization
    ) -> None:
        channel = a_channel(organization)
        add_channels(units_of_work, channel)
        delivery = a_delivery(channel)
        add_deliveries(units_of_work, delivery)
        assert claim_next(units_of_work, NOW) == delivery.begun()
        assert claim_next(units_of_work, NOW + LEASE - timedelta.resolution) is None
        assert claim_next(units_of_work, NOW + LEASE) == delivery.begun().begun()

    def test_of_claims_at_once_no_two_get_the_same_channel(
        self, units_of_work: UnitsOfWork, organization: Organization
    ) -> None:
        channels = [a_channel(organization) for _ in range(3)]
        add_channels(units_of_work, *channels)
        add_deliveries(units_of_work, *(a_delivery(each) for each in channels * 4))
        claimed: list[Delivery | None] = []
        threads = [
            Thread(target=lambda: claimed.append(claim_next(units_of_work, NOW))) for _ in range(8)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=60)
        found = [each.channel_id for each in claimed if each is not None]
        assert len(found) == len(set(found))
        # Whoever found all rows locked went away; those that are left get the rest.
        while (more := claim_next(units_of_work, NOW)) is not None:
            found.append(more.channel_id)
        assert sorted(found) == sorted(channel.id for channel in channels)

    def test_organizations_take_turns(
        self, units_of_work: UnitsOfWork, organization: Organization, other: Organization
    ) -> None:
        many = [a_channel(organization) for _ in range(3)]
        one = a_channel(other)
        add_channels(units_of_work, *many, one)
        add_deliveries(units_of_work, *(a_delivery(each) for each in many))
        add_deliveries(units_of_work, a_delivery(one, next_attempt_at=NOW + LEASE / 2))
        claimed = [claim_next(units_of_work, NOW + LEASE / 2) for _ in range(2)]
        assert [each.organization_id for each in claimed if each] == [organization.id, other.id]

    def test_mail_may_take_longer_than_a_webhook(
        self, units_of_work: UnitsOfWork, organization: Organization
    ) -> None:
        mail = a_channel(
            organization, type=ChannelType.EMAIL, target="lead@example.com", secret=None
        )
        add_channels(units_of_work, mail)
        add_deliveries(units_of_work, a_delivery(mail))
        assert claim_next(units_of_work, NOW)
        assert claim_next(units_of_work, NOW + LEASE) is None
        assert claim_next(units_of_work, NOW + LEASE_OF_MAIL)

    def test_an_attempt_that_is_outlived_by_another_stores_nothing(
        self, units_of_work: UnitsOfWork, organization: Organization
    ) -> None:
        channel = a_channel(organization)
        add_channels(units_of_work, channel)
        add_deliveries(units_of_work, a_delivery(channel))
        slow = claim_next(units_of_work, NOW)
        second = claim_next(units_of_work, NOW + LEASE)
        assert slow
        assert second
        finish(units_of_work, slow.delivered(NOW + LEASE, 204))
        with units_of_work() as uow:
            assert uow.deliveries.get(organization.id, second.id) == second
        # The channel is still the second one's.
        add_deliveries(units_of_work, a_delivery(channel))
        assert claim_next(units_of_work, NOW + LEASE) is None

    def test_a_test_that_is_pending_is_known(
        self, units_of_work: UnitsOfWork, organization: Organization
    ) -> None:
        channel, alert = a_channel(organization), an_alert(organization)
        claim(units_of_work, alert)
        add_channels(units_of_work, channel)
        add_deliveries(units_of_work, a_delivery(channel, alert))
        with units_of_work() as uow:
            assert not uow.deliveries.has_pending_test(organization.id, channel.id)
        add_deliveries(units_of_work, a_delivery(channel))
        with units_of_work() as uow:
            assert uow.deliveries.has_pending_test(organization.id, channel.id)

    def test_channels_that_are_held_are_not_removed_meanwhile(
        self, units_of_work: UnitsOfWork, organization: Organization
    ) -> None:
        channel = a_channel(organization)
        add_channels(units_of_work, channel)
        removed = Event()

        def remove() -> None:
            with units_of_work() as uow:
                uow.channels.remove(organization.id, channel.id)
                uow.commit()
            removed.set()

        thread = Thread(target=remove)
        with units_of_work() as uow:
            assert list(uow.channels.hold(organization.id)) == [channel]
            thread.start()
            assert not removed.wait(timeout=0.3)
            uow.deliveries.add(organization.id, [a_delivery(channel)])
            uow.commit()
        thread.join(timeout=30)
        assert removed.is_set()

    def test_a_disabled_channel_gets_nothing(
        self, units_of_work: UnitsOfWork, organization: Organization
    ) -> None:
        channel = a_channel(organization).disabled("It answered 410.", NOW)
        add_channels(units_of_work, channel)
        add_deliveries(units_of_work, a_delivery(channel))
        assert claim_next(units_of_work, NOW) is None

    def test_what_failed_comes_again_and_what_is_given_up_does_not(
        self, units_of_work: UnitsOfWork, organization: Organization
    ) -> None:
        channel = a_channel(organization)
        add_channels(units_of_work, channel)
        delivery = a_delivery(channel)
        add_deliveries(units_of_work, delivery)
        begun = claim_next(units_of_work, NOW)
        assert begun is not None
        failed = begun.failed(NOW, "It answered 500.", status=500)
        finish(units_of_work, failed)
        assert claim_next(units_of_work, NOW) is None
        again = claim_next(units_of_work, failed.next_attempt_at)
        assert again == failed.begun()
        given_up = again.failed(NOW, "It answered 410.", status=410, is_final=True)
        finish(units_of_work, given_up)
        assert claim_next(units_of_work, NOW + timedelta(days=9)) is None
        with units_of_work() as uow:
            assert uow.deliveries.get(organization.id, delivery.id) == given_up
            assert given_up.state is DeliveryState.FAILED

    def test_deliveries_are_listed_by_channel_and_by_alert(
        self, units_of_work: UnitsOfWork, organization: Organization, other: Organization
    ) -> None:
        channel, second, alert = (
            a_channel(organization),
            a_channel(organization),
            an_alert(organization),
        )
        claim(units_of_work, alert)
        add_channels(units_of_work, channel, second)
        sent = [a_delivery(channel, alert), a_delivery(second, alert), a_delivery(channel)]
        add_deliveries(units_of_work, *sent)
        with units_of_work() as uow:
            assert uow.deliveries.of_channel(organization.id, channel.id) == [sent[2], sent[0]]
            after = uow.deliveries.of_channel(organization.id, channel.id, after=sent[2].id)
            assert after == [sent[0]]
            assert uow.deliveries.of_alerts(organization.id, [alert.id]) == sent[:2]
            assert not uow.deliveries.of_channel(other.id, channel.id)
            assert not uow.deliveries.of_alerts(other.id, [alert.id])
            assert uow.deliveries.get(other.id, sent[0].id) is None
            assert uow.deliveries.hold(other.id, sent[0].id) is None
            assert uow.deliveries.hold(organization.id, "unknown") is None
            assert uow.deliveries.hold(organization.id, sent[0].id) == sent[0]
            uow.channels.remove(organization.id, channel.id)
            assert uow.deliveries.of_alerts(organization.id, [alert.id]) == [sent[1]]


def claim(units_of_work: UnitsOfWork, alert: Alert) -> bool:
    with units_of_work() as uow:
        is_first = uow.alerts.claim(alert.organization_id, alert)
        uow.commit()
    return is_first


def add_channels(units_of_work: UnitsOfWork, *channels: Channel) -> None:
    with units_of_work() as uow:
        for channel in channels:
            uow.channels.add(channel.organization_id, channel)
        uow.commit()


def add_deliveries(units_of_work: UnitsOfWork, *deliveries: Delivery) -> None:
    with units_of_work() as uow:
        uow.deliveries.add(deliveries[0].organization_id, deliveries)
        uow.commit()


def claim_next(units_of_work: UnitsOfWork, now: datetime) -> Delivery | None:
    with units_of_work() as uow:
        delivery = uow.deliveries.claim_next(now)
        uow.commit()
    return delivery


def finish(units_of_work: UnitsOfWork, delivery: Delivery) -> None:
    with units_of_work() as uow:
        uow.deliveries.finish(delivery.organization_id, delivery)
        uow.commit()
