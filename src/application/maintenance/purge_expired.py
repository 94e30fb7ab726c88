"""What has run out is removed."""

from dataclasses import dataclass
from datetime import timedelta

from application.accounts.throttle import ATTEMPT_WINDOW
from application.ports.clock import Clock
from application.ports.unit_of_work import UnitsOfWork

#: Longer than the twelve months that a budget's page shows: calls may be deleted before.
_KEEP_PERIODS = timedelta(days=400)
_KEEP_RESERVATIONS = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Purged:
    """How many rows of each kind were removed."""

    sessions: int
    invitations: int
    sign_in_attempts: int
    budget_periods: int = 0
    reservations: int = 0


class PurgeExpired:
    """Remove expired sessions and invitations, and counts of sign-ins that are over.

    Reservations are remembered for a week after they expired, so that an event that comes late is
    told what became of its own. What budgets spent is kept for longer than calls may be.
    """

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
                budget_periods=uow.ledger.forget_ended(now - _KEEP_PERIODS),
                reservations=uow.reservations.delete_expired(now - _KEEP_RESERVATIONS),
            )
            uow.commit()
        return purged
