"""What has run out is removed."""

from dataclasses import dataclass

from application.accounts.throttle import ATTEMPT_WINDOW
from application.ports.clock import Clock
from application.ports.unit_of_work import UnitsOfWork


@dataclass(frozen=True, slots=True)
class Purged:
    """How many rows of each kind were removed."""

    sessions: int
    invitations: int
    sign_in_attempts: int


class PurgeExpired:
    """Remove expired sessions and invitations, and counts of sign-ins that are over."""

    def __init__(self, units_of_work: UnitsOfWork, clock: Clock) -> None:
        self._units_of_work = units_of_work
        self._clock = clock

    def __call__(self) -> Purged:
        now = self._clock.now()
        with self._units_of_work() as uow:
            purged = Purged(
                sessions=uow.sessions.delete_expired(now),
                invitations=uow.invitations.delete_expired(now),
                sign_in_attempts=uow.sign_in_attempts.delete_before(now - ATTEMPT_WINDOW),
            )
            uow.commit()
        return purged
