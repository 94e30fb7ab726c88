"""Who a browser's cookie belongs to."""

from dataclasses import dataclass, field

from application.ports.clock import Clock
from application.ports.unit_of_work import UnitsOfWork
from domain.errors import Unauthenticated
from domain.organization import Member, Organization
from domain.secret import hash_secret
from domain.user import User


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthenticateSessionRequest:
    token: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """A signed-in user; ``organization`` and ``member`` are None before onboarding."""

    user: User
    token: str = field(repr=False)
    organization: Organization | None
    member: Member | None


class AuthenticateSession:
    """Find the user behind a session token, with their organization and role as of now.

    Raises:
        Unauthenticated: no such session, or it has expired.
    """

    def __init__(self, units_of_work: UnitsOfWork, clock: Clock) -> None:
        self._units_of_work = units_of_work
        self._clock = clock

    def __call__(self, request: AuthenticateSessionRequest) -> SignedIn:
        with self._units_of_work.look() as uow:
            found = uow.sessions.find_signed_in(hash_secret(request.token))
        if found is None or not found.session.is_valid_at(self._clock.now()):
            raise Unauthenticated("Sign in first.")
        return SignedIn(
            user=found.user,
            token=request.token,
            organization=found.organization,
            member=found.member,
        )
