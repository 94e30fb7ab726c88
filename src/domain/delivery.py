"""An alert on its way to a channel: tried again for three days, then kept for people to see."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256

#: Waits before each attempt, as the Standard Webhooks specification recommends them
#: (standard-webhooks/spec, "Delivery retries").
SCHEDULE = (
    timedelta(0),
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
#: A receiver that asks for more patience than this gets this much.
LONGEST_WAIT = timedelta(hours=24)
#: Longer than an attempt may take: whoever claimed and fell silent has died.
LEASE = timedelta(seconds=60)
#: Of mail, where each step of the conversation has a time of its own.
LEASE_OF_MAIL = timedelta(seconds=300)
#: What was due that long ago, while its channel was off, is old news.
STALE = timedelta(days=3)
_JITTER = 0.2


class DeliveryState(StrEnum):
    """Still to be sent (again), sent, or given up."""

    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """``alert_id`` None is a test. The id is the webhook's id, the same at every attempt.

    ``attempts`` counts those that were begun. ``last_status`` is what the receiver answered,
    ``last_problem`` what went wrong, in words of ours.
    """

    id: str
    organization_id: str
    channel_id: str
    alert_id: str | None
    created_at: datetime
    next_attempt_at: datetime
    state: DeliveryState = DeliveryState.PENDING
    attempts: int = 0
    last_status: int | None = None
    last_problem: str | None = None
    delivered_at: datetime | None = None

    def begun(self) -> "Delivery":
        return replace(self, attempts=self.attempts + 1)

    def delivered(self, now: datetime, status: int | None) -> "Delivery":
        return replace(
            self,
            state=DeliveryState.DELIVERED,
            delivered_at=now,
            last_status=status,
            last_problem=None,
        )

    def failed(
        self,
        now: datetime,
        problem: str,
        *,
        status: int | None = None,
        wait_at_least: timedelta = timedelta(0),
        is_final: bool = False,
    ) -> "Delivery":
        """After an attempt that failed: due again later, or given up after the last one."""
        noted = replace(self, last_status=status, last_problem=problem)
        if is_final or self.attempts >= len(SCHEDULE):
            return replace(noted, state=DeliveryState.FAILED)
        wait = SCHEDULE[self.attempts] * (1 + _JITTER * self._chance)
        due = now + max(wait, min(wait_at_least, LONGEST_WAIT))
        return replace(noted, next_attempt_at=due)

    @property
    def _chance(self) -> float:
        """From -1 to 1, so that not all that failed together come back together."""
        digest = sha256(f"{self.id} {self.attempts}".encode()).digest()
        return digest[0] / 127.5 - 1

    def is_resting(self, now: datetime) -> bool:
        """Whether an attempt failed and the next is still to come, so that none is under way."""
        is_begun = self.state is DeliveryState.PENDING and self.attempts > 0
        return is_begun and self.next_attempt_at > now

    def is_stale(self, now: datetime) -> bool:
        """Whether it waited longer for its channel than it would be tried for."""
        return now - self.next_attempt_at > STALE

    def again(self, now: datetime) -> "Delivery":
        """From the first attempt on, because somebody asked for it; the id stays."""
        return replace(
            self,
            state=DeliveryState.PENDING,
            attempts=0,
            next_attempt_at=now,
            delivered_at=None,
        )
