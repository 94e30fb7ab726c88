"""Ids that count upwards."""

from itertools import count

from application.ports.identifiers import Identifiers


class SequentialIdentifiers(Identifiers):
    """Predictable ids in the form of a UUIDv7. ``series`` tells several sequences apart."""

    def __init__(self, series: int = 0) -> None:
        self._series = series
        self._numbers = count(1)

    def new(self) -> str:
        return f"01900000-0000-7000-8{self._series:03x}-{next(self._numbers):012x}"
