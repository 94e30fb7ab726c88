"""How a session begins, shared by signing up and signing in."""

from dataclasses import dataclass, field

from application.ports.clock import Clock
from application.ports.secrets import Secrets
from application.ports.unit_of_work import UnitOfWork
from domain.secret import hash_secret
from domain.session import SESSION_LIFETIME, Session
from domain.user import User


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedSession:
    """A user with a fresh session; ``token`` goes into the cookie and is stored nowhere."""

    user: User
    token: str = field(repr=False)
    session: Session


def open_session(uow: UnitOfWork, user: User, secrets: Secrets, clock: Clock) -> OpenedSession:
    """Store a session under a new token, never one that the browser brought along."""
    token = secrets.token()
    now = clock.now()
    session = Session(
        token_hash=hash_secret(token),
        user_id=user.id,
        created_at=now,
        expires_at=now + SESSION_LIFETIME,
    )
    uow.sessions.add(session)
    return OpenedSession(user=user, token=token, session=session)
