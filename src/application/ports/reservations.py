"""Money set aside for calls under way."""

from abc import abstractmethod
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Protocol

from application.ports.ledger import PeriodKey
from domain.reservation import Reservation


@dataclass(frozen=True, slots=True)
class Presumed:
    """What is presumed of an organization that a reservation is made for.

    ``limits_usd`` are those of the budgets, by the periods in which it is to hold something.
    """

    limits_usd: Mapping[PeriodKey, Decimal]
    budgets_revision: int
    pricing_revision: int


class ReservationRepository(Protocol):
    """Reservations of an organization, and what they hold.

    Each change also changes what the ledger says is reserved. The periods that it touches must be
    held by this unit of work.
    """

    @abstractmethod
    def add(self, organization_id: str, reservation: Reservation) -> None:
        """Store a reservation with its holds."""

    @abstractmethod
    def add_where_room(
        self, organization_id: str, reservation: Reservation, presumed: Presumed
    ) -> dict[PeriodKey, Decimal] | None:
        """Hold its periods and store a reservation with its holds, all in one step.

        What each period has left with it, in US dollars. None, and nothing is stored, where a
        period is not open, has no room or has a hold that expired before this reservation was
        made, or where the organization's budgets or prices are others than presumed.
        """

    @abstractmethod
    def find(self, organization_id: str, ids: Collection[str]) -> list[Reservation]:
        """Those of the organization, each with the holds that it still has, in no order."""

    @abstractmethod
    def close(self, organization_id: str, reservation: Reservation) -> bool:
        """Store how it ended; False where it had ended before.

        What it holds is given back, but for those of ``reservation.holds`` that are kept longer.
        """

    @abstractmethod
    def give_back(self, organization_id: str, reservation_id: str) -> None:
        """End all that a reservation holds."""

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
