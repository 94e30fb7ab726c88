"""The work of pricing calls again."""

from abc import abstractmethod
from datetime import datetime
from typing import Protocol

from domain.repricing import Repricing


class Repricings(Protocol):
    """What is to be priced again, for each organization, and what has been."""

    @abstractmethod
    def add(self, organization_id: str, repricing: Repricing) -> None:
        """Ask for work; it is found once this unit of work is committed."""

    @abstractmethod
    def list(self, organization_id: str, *, limit: int = 20) -> list[Repricing]:
        """The newest first."""

    @abstractmethod
    def claim_next(self, now: datetime) -> Repricing | None:
        """The oldest work of any organization that is due and not done, or None.

        Nobody else can claim it until this unit of work ends; what others have claimed is passed
        over.
        """

    @abstractmethod
    def update(self, organization_id: str, repricing: Repricing) -> None:
        """Store how far it is."""

    @abstractmethod
    def note_book(self, book_version: str, now: datetime) -> bool:
        """Remember that a price book is in force; whether it is for the first time."""
