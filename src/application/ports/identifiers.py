"""New ids."""

from abc import abstractmethod
from typing import Protocol


class Identifiers(Protocol):
    """Makes ids for what the server creates."""

    @abstractmethod
    def new(self) -> str:
        """A UUIDv7 string, later ones sorting after earlier ones of this process."""
