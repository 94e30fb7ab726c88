"""How fast somebody may send, and how long to wait after more than that."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RateLimit:
    """``per_second`` is what may be sent on average; one is sent after the last is paid for.

    What was sent is paid for at the rate. As long as no more than the worth of ``burst_s`` is
    owed, a request of any size goes through, so that a batch larger than the rate is possible and
    only makes the wait after it longer.
    """

    per_second: float
    burst_s: float = 1.0

    def wait_s(self, paid_at: float, now: float) -> float:
        """Seconds until a request may go; ``paid_at`` is when all before it is paid for."""
        return max(0.0, paid_at - now - self.burst_s)

    def paid_at(self, paid_at: float, now: float, number: int) -> float:
        """When all is paid for, with ``number`` more."""
        return max(paid_at, now) + number / self.per_second
