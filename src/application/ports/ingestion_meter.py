"""Counts and times what ingestion does, for whoever runs the server."""

from abc import abstractmethod
from collections.abc import Mapping
from contextlib import AbstractContextManager
from enum import StrEnum
from typing import Protocol


class Step(StrEnum):
    """A part of an event's way in."""

    DECODE = "decode"
    PRICE = "price"
    WRITE = "write"
    BUDGETS = "budgets"
    COMMIT = "commit"


class IngestionMeter(Protocol):
    @abstractmethod
    def count(self, outcomes: Mapping[str, int]) -> None:
        """Add events by what became of them: accepted, duplicate, merged, conflict, rejected."""

    @abstractmethod
    def timed(self, step: Step) -> AbstractContextManager[None]:
        """Add the time that is spent within the context, also when it raises."""
