"""Alerts on their way to channels: the outbox."""

from abc import abstractmethod
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol

from domain.delivery import Delivery


class DeliveryRepository(Protocol):
    """Deliveries of an organization, and the one look-up of whatever is due."""

    @abstractmethod
    def add(self, organization_id: str, deliveries: Sequence[Delivery]) -> None:
        """Put into the outbox, with the rest of the unit of work or not at all."""

    @abstractmethod
    def claim_next(self, now: datetime) -> Delivery | None:
        """What has been due longest, of any organization, for a channel nobody is sending to.

        Organizations take turns: one to which less is being sent comes first. The channel is the
        caller's for ``LEASE`` (``LEASE_OF_MAIL``), so that one that dies loses nothing; of any
        number of callers at once, no two get the same channel. A channel that is disabled gets
        nothing.
        """

    @abstractmethod
    def finish(self, organization_id: str, delivery: Delivery) -> None:
        """Store what became of an attempt, and let others send to the channel.

        Where somebody asked for it again meanwhile, or another attempt was begun, that stands.
        """

    @abstractmethod
    def get(self, organization_id: str, delivery_id: str) -> Delivery | None:
        """The delivery, or None."""

    @abstractmethod
    def hold(self, organization_id: str, delivery_id: str) -> Delivery | None:
        """The delivery, or None; no attempt begins or ends until this unit of work does."""

    @abstractmethod
    def has_pending_test(self, organization_id: str, channel_id: str) -> bool:
        """Whether a test of the channel is still to be sent."""

    @abstractmethod
    def update(self, organization_id: str, delivery: Delivery) -> None:
        """Store a changed delivery."""

    @abstractmethod
    def of_channel(
        self, organization_id: str, channel_id: str, *, after: str | None = None, limit: int = 50
    ) -> list[Delivery]:
        """Newest first, those before the id ``after``."""

    @abstractmethod
    def of_alerts(self, organization_id: str, alert_ids: Collection[str]) -> list[Delivery]:
        """All deliveries of these alerts, oldest first."""
