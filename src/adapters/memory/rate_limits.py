"""Limits of one process."""

from collections.abc import Mapping

from application.ports.clock import Clock
from application.ports.rate_limits import RateLimits
from domain.rate_limit import RateLimit


class InMemoryRateLimits(RateLimits):
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._paid_at: dict[str, float] = {}

    def take(self, limits: Mapping[str, RateLimit], number: int) -> float:
        now = self._clock.now().timestamp()
        wait_s = max(
            limit.wait_s(self._paid_at.get(name, now), now) for name, limit in limits.items()
        )
        if not wait_s:
            for name, limit in limits.items():
                paid_at = self._paid_at.get(name, now)
                self._paid_at[name] = limit.paid_at(paid_at, now, number)
        return wait_s
