"""Channels in memory."""

from collections.abc import Sequence

from adapters.memory.state import State
from application.ports.channels import ChannelRepository
from domain.channel import Channel


class InMemoryChannelRepository(ChannelRepository):
    def __init__(self, state: State) -> None:
        self._state = state
        self._channels = state.channels

    def add(self, organization_id: str, channel: Channel) -> None:
        self._channels[organization_id, channel.id] = channel

    def get(self, organization_id: str, channel_id: str) -> Channel | None:
        return self._channels.get((organization_id, channel_id))

    def get_for_update(self, organization_id: str, channel_id: str) -> Channel | None:
        return self.get(organization_id, channel_id)

    def list(
        self, organization_id: str, *, after: str | None = None, limit: int = 500
    ) -> list[Channel]:
        found = [it for (owner, _), it in self._channels.items() if owner == organization_id]
        found.sort(key=lambda channel: channel.id)
        return [channel for channel in found if after is None or channel.id > after][:limit]

    def hold(self, organization_id: str) -> Sequence[Channel]:
        return self.list(organization_id)

    def update(self, organization_id: str, channel: Channel) -> None:
        if (organization_id, channel.id) in self._channels:
            self._channels[organization_id, channel.id] = channel

    def remove(self, organization_id: str, channel_id: str) -> bool:
        for key, delivery in list(self._state.deliveries.items()):
            if key[0] == organization_id and delivery.channel_id == channel_id:
                del self._state.deliveries[key]
        return self._channels.pop((organization_id, channel_id), None) is not None
