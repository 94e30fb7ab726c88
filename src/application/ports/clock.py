"""The time of day."""

from abc import abstractmethod
from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """The only source of the present time."""

    @abstractmethod
    def now(self) -> datetime:
        """The present, aware and in UTC."""
