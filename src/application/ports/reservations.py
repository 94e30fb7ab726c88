"""Money set aside for calls under way."""

from abc import abstractmethod
from collections.abc import Collection
from datetime import datetime
from typing import Protocol

from application.ports.ledger import PeriodKey
from domain.reservation import Reservation


class ReservationRepository(Protocol):
    """Reservations of an organization, and what they hold.

    Each change also changes what the ledger says is reserved. The periods that it touches must be
    held by this unit of work.
    """

    @abstractmethod
    def add(self, organization_id: str, reservation: Reservation) -> None:
        """Store a reservation with its holds."""

    @abstractmethod
    def find(self, organization_id: str, ids: Collection[str]) -> list[Reservation]:
        """Those of the organization, each with the holds that it still has, in no order."""

    @abstractmethod
    def close(self, organization_id: str, reservation: Reservation) -> bool:
        """Store how it ended and give back what it holds; False where it had ended before."""

    @abstractmethod
    def give_back_expired(
        self, organization_id: str, keys: Collection[PeriodKey], now: datetime
    ) -> int:
        """End the holds in these periods that have expired; how many there were."""

    @abstractmethod
    def periods_with_expired(
        self, now: datetime, *, limit: int = 100
    ) -> list[tuple[str, PeriodKey]]:
        """Organizations and periods, of any organization, in which something has expired."""

    @abstractmethod
    def delete_expired(self, before: datetime) -> int:
        """Remove reservations of all organizations that expired before; how many."""
