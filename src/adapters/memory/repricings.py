"""Repricings in memory."""

from datetime import datetime

from adapters.memory.state import State
from application.ports.repricings import Repricings
from domain.repricing import Repricing, RepricingState


class InMemoryRepricings(Repricings):
    def __init__(self, state: State) -> None:
        self._state = state

    def add(self, organization_id: str, repricing: Repricing) -> None:
        self._state.repricings[organization_id, repricing.id] = repricing

    def list(self, organization_id: str, *, limit: int = 20) -> list[Repricing]:
        owned = [
            work for (owner, _), work in self._state.repricings.items() if owner == organization_id
        ]
        return sorted(owned, key=lambda work: work.id, reverse=True)[:limit]

    def claim_next(self, now: datetime) -> Repricing | None:
        due = [
            work
            for work in self._state.repricings.values()
            if work.state is not RepricingState.DONE and work.due_at <= now
        ]
        return min(due, key=lambda work: (work.due_at, work.id), default=None)

    def update(self, organization_id: str, repricing: Repricing) -> None:
        self._state.repricings[organization_id, repricing.id] = repricing

    def note_book(self, book_version: str, now: datetime) -> bool:
        is_new = book_version not in self._state.books
        if is_new:
            self._state.books[book_version] = now
        return is_new
