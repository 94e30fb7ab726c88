"""An organization with channels, whose alerts go out when it is told to send."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from standardwebhooks import Webhook

from adapters.memory.clock import ManualClock
from adapters.memory.mails import InMemoryMails
from adapters.memory.rate_limits import InMemoryRateLimits
from adapters.memory.web_posts import InMemoryWebPosts, Post
from application.budgets.raise_alerts import RaiseAlerts
from application.notifications.limit_by_hand import LimitByHand
from application.notifications.send_next import SendNext
from application.notifications.set_channel import SetChannel, SetChannelRequest
from domain.alert import Alert, AlertKind
from domain.channel import Channel, ChannelType
from domain.delivery import Delivery
from domain.organization import Organization
from domain.period import Span
from tests.unit.application.world import World

MONTH = Span(datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC))
TARGETS = {
    ChannelType.WEBHOOK: "https://example.com/hook",
    ChannelType.EMAIL: "finance@example.com",
    ChannelType.SLACK: "https://hooks.slack.com/services/T0/B0/abcd",
}


class PostOffice:
    """Its clock begins at this moment, because those who verify look at their own."""

    def __init__(self) -> None:
        self.world = World(clock=ManualClock(datetime.now(UTC)))
        self.organization: Organization = self.world.organization()
        self.id = self.organization.id
        self.posts = InMemoryWebPosts()
        self.mails = InMemoryMails()
        self.limit_by_hand = LimitByHand(InMemoryRateLimits(self.world.clock))
        self.raise_alerts = RaiseAlerts(self.world.identifiers)

    def set_channel(self, **changes: Any) -> Channel:
        world = self.world
        use_case = SetChannel(
            world.units, self.posts, self.mails, world.secrets, world.identifiers, world.clock
        )
        return use_case(SetChannelRequest(**({"organization_id": self.id} | changes)))

    def channel(self, type_: ChannelType = ChannelType.WEBHOOK, **changes: Any) -> Channel:
        return self.set_channel(
            **({"type": type_, "name": "A", "target": TARGETS[type_]} | changes)
        )

    def alert(self, **changes: Any) -> Alert:
        """Raise one on all channels."""
        alert = Alert(
            id=self.world.identifiers.new(),
            organization_id=self.id,
            kind=AlertKind.ACTUAL,
            period=MONTH,
            spent_usd=Decimal("40.5"),
            created_at=self.world.clock.now(),
            budget_id=self.world.identifiers.new(),
            budget_name="Checkout",
            limit_usd=Decimal(50),
            version=1,
            threshold=80,
        )
        alert = replace(alert, **changes)
        with self.world.units() as uow:
            assert self.raise_alerts.raise_one(uow, alert)
            uow.commit()
        return alert

    @property
    def send_next(self) -> SendNext:
        return SendNext(
            self.world.units,
            self.posts,
            self.mails,
            self.world.clock,
            app_url="https://costs.example.com",
        )

    def send_all(self) -> int:
        """What is due at this moment; how much it was."""
        sent = 0
        while self.send_next():
            sent += 1
        return sent

    def deliveries(self, channel: Channel) -> list[Delivery]:
        with self.world.units(snapshot=True) as uow:
            return uow.deliveries.of_channel(self.id, channel.id)

    def delivery(self, channel: Channel) -> Delivery:
        """The only one."""
        (found,) = self.deliveries(channel)
        return found

    def stored(self, channel: Channel) -> Channel:
        with self.world.units(snapshot=True) as uow:
            found = uow.channels.get(self.id, channel.id)
        assert found is not None
        return found


def verified(post: Post, secret: str | None) -> Any:
    """The body, as a receiver with the public library reads it; raises where it does not hold."""
    return Webhook(secret or "").verify(post.body, dict(post.headers))


def text_of(post: Post) -> str:
    """What Slack shows."""
    text: str = json.loads(post.body)["text"]
    return text
