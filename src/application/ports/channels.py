"""Where alerts go."""

from abc import abstractmethod
from collections.abc import Sequence
from typing import Protocol

from domain.channel import Channel


class ChannelRepository(Protocol):
    """Channels of an organization."""

    @abstractmethod
    def add(self, organization_id: str, channel: Channel) -> None:
        """Store a new channel."""

    @abstractmethod
    def get(self, organization_id: str, channel_id: str) -> Channel | None:
        """The channel, or None."""

    @abstractmethod
    def get_for_update(self, organization_id: str, channel_id: str) -> Channel | None:
        """The channel, which nobody else changes until the unit of work ends, or None."""

    @abstractmethod
    def list(
        self, organization_id: str, *, after: str | None = None, limit: int = 500
    ) -> list[Channel]:
        """Channels in the order they were made, those after the id ``after``."""

    @abstractmethod
    def hold(self, organization_id: str) -> Sequence[Channel]:
        """All channels in that order; none of them is removed until the unit of work ends."""

    @abstractmethod
    def update(self, organization_id: str, channel: Channel) -> None:
        """Store a changed channel."""

    @abstractmethod
    def remove(self, organization_id: str, channel_id: str) -> bool:
        """Whether there was such a channel. Its deliveries go with it."""
