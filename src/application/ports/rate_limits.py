"""Counts what somebody has sent, for all processes of a server."""

from abc import abstractmethod
from collections.abc import Mapping
from typing import Protocol

from domain.rate_limit import RateLimit


class RateLimits(Protocol):
    """A name is anything that has a limit. Counts are approximate over a restart: they are gone."""

    @abstractmethod
    def take(self, limits: Mapping[str, RateLimit], number: int) -> float:
        """Count ``number`` for every name, and answer 0.

        When one of them has to wait, nothing is counted, and the answer is the longest wait in
        seconds.
        """
