"""Repricings in PostgreSQL."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert

from adapters.sql.pricing_tables import noted_books, repricings
from application.ports.repricings import Repricings
from domain.repricing import (
    Repricing,
    RepricingPosition,
    RepricingReason,
    RepricingScope,
    RepricingState,
)

#: As in the partial index on it, so that the index serves.
_IS_OPEN = text("state <> 'done'")
_SCOPE = ("provider", "name", "start", "end", "terms_id")
_SAME = (
    "id",
    "organization_id",
    "requested_by",
    "requested_at",
    "due_at",
    "seen",
    "changed",
    "cost_before_usd",
    "cost_after_usd",
    "finished_at",
)


class SqlRepricings(Repricings):
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, organization_id: str, repricing: Repricing) -> None:
        row = {**_to_row(repricing), "organization_id": organization_id}
        self._connection.execute(insert(repricings).values(row))

    def list(self, organization_id: str, *, limit: int = 20) -> list[Repricing]:
        found = select(repricings).where(repricings.c.organization_id == organization_id)
        rows = self._connection.execute(found.order_by(repricings.c.id.desc()).limit(limit))
        return [_to_repricing(row._asdict()) for row in rows]

    def claim_next(self, now: datetime) -> Repricing | None:
        due = select(repricings).where(_IS_OPEN, repricings.c.due_at <= now)
        oldest = due.order_by(repricings.c.due_at, repricings.c.id).limit(1)
        row = self._connection.execute(oldest.with_for_update(skip_locked=True)).one_or_none()
        return None if row is None else _to_repricing(row._asdict())

    def update(self, organization_id: str, repricing: Repricing) -> None:
        self._connection.execute(
            update(repricings)
            .where(repricings.c.organization_id == organization_id, repricings.c.id == repricing.id)
            .values(_to_row(repricing))
        )

    def note_book(self, book_version: str, now: datetime) -> bool:
        noted = upsert(noted_books).values(book_version=book_version, noted_at=now)
        inserted = self._connection.execute(
            noted.on_conflict_do_nothing().returning(noted_books.c.book_version)
        )
        return inserted.one_or_none() is not None


def _to_row(repricing: Repricing) -> dict[str, Any]:
    position = repricing.position
    return {
        **{name: getattr(repricing, name) for name in _SAME},
        **{name: getattr(repricing.scope, name) for name in _SCOPE},
        "reason": repricing.reason,
        "state": repricing.state,
        "position_timestamp": position.timestamp if position else None,
        "position_id": position.id if position else None,
    }


def _to_repricing(row: dict[str, Any]) -> Repricing:
    moment = row["position_timestamp"]
    return Repricing(
        **{name: row[name] for name in _SAME},
        scope=RepricingScope(**{name: row[name] for name in _SCOPE}),
        reason=RepricingReason(row["reason"]),
        state=RepricingState(row["state"]),
        position=moment and RepricingPosition(timestamp=moment, id=row["position_id"]),
    )
