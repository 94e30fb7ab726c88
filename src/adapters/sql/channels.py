"""Channels in PostgreSQL."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, delete, insert, select, update

from adapters.sql.ids import is_id
from adapters.sql.notification_tables import channels
from application.ports.channels import ChannelRepository
from domain.channel import Channel, ChannelType, OldSecret


class SqlChannelRepository(ChannelRepository):
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, organization_id: str, channel: Channel) -> None:
        self._connection.execute(
            insert(channels).values(
                id=channel.id,
                organization_id=organization_id,
                type=channel.type,
                created_at=channel.created_at,
                **_changing(channel),
            )
        )

    def get(self, organization_id: str, channel_id: str) -> Channel | None:
        return self._one(_SELECT.where(*_is(organization_id, channel_id)), channel_id)

    def get_for_update(self, organization_id: str, channel_id: str) -> Channel | None:
        found = _SELECT.where(*_is(organization_id, channel_id)).with_for_update()
        return self._one(found, channel_id)

    def list(
        self, organization_id: str, *, after: str | None = None, limit: int = 500
    ) -> list[Channel]:
        found = _SELECT.where(channels.c.organization_id == organization_id)
        if after is not None:
            if not is_id(after):
                return []
            found = found.where(channels.c.id > after)
        rows = self._connection.execute(found.order_by(channels.c.id).limit(limit))
        return [_to_channel(row._asdict()) for row in rows]

    def hold(self, organization_id: str) -> Sequence[Channel]:
        found = _SELECT.where(channels.c.organization_id == organization_id)
        held = found.order_by(channels.c.id).with_for_update(read=True, key_share=True)
        return [_to_channel(row._asdict()) for row in self._connection.execute(held)]

    def update(self, organization_id: str, channel: Channel) -> None:
        self._connection.execute(
            update(channels).where(*_is(organization_id, channel.id)).values(_changing(channel))
        )

    def remove(self, organization_id: str, channel_id: str) -> bool:
        if not is_id(channel_id):
            return False
        removed = delete(channels).where(*_is(organization_id, channel_id))
        return self._connection.execute(removed).rowcount > 0

    def _one(self, found: Select[Any], channel_id: str) -> Channel | None:
        if not is_id(channel_id):
            return None
        row = self._connection.execute(found).one_or_none()
        return None if row is None else _to_channel(row._asdict())


_CHANGING = (
    "name",
    "target",
    "secret",
    "old_secrets",
    "disabled_at",
    "disabled_reason",
)
_SELECT = select(
    *(channels.c[name] for name in ("id", "organization_id", "type", "created_at", *_CHANGING))
)


def _is(organization_id: str, channel_id: str) -> tuple[ColumnElement[bool], ...]:
    return channels.c.organization_id == organization_id, channels.c.id == channel_id


def _changing(channel: Channel) -> dict[str, Any]:
    old_secrets = [
        {"secret": each.secret, "until": each.until.isoformat()} for each in channel.old_secrets
    ]
    return {name: getattr(channel, name) for name in _CHANGING} | {"old_secrets": old_secrets}


def _to_channel(row: dict[str, Any]) -> Channel:
    old_secrets = tuple(
        OldSecret(each["secret"], datetime.fromisoformat(each["until"]).astimezone(UTC))
        for each in row["old_secrets"]
    )
    return Channel(**{**row, "type": ChannelType(row["type"]), "old_secrets": old_secrets})
