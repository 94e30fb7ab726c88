"""Sessions in memory."""

from collections.abc import Callable
from datetime import datetime

from adapters.memory.members import InMemoryMemberRepository
from adapters.memory.state import State
from application.ports.sessions import SessionOfUser, SessionRepository
from domain.session import Session


class InMemorySessionRepository(SessionRepository):
    def __init__(self, state: State) -> None:
        self._state = state
        self._sessions = state.sessions

    def add(self, session: Session) -> None:
        self._sessions[session.token_hash] = session

    def find_signed_in(self, token_hash: bytes) -> SessionOfUser | None:
        session = self._sessions.get(token_hash)
        user = self._state.users.get(session.user_id) if session else None
        if session is None or user is None:
            return None
        member = InMemoryMemberRepository(self._state).find_by_user(user.id)
        organization = self._state.organizations[member.organization_id] if member else None
        return SessionOfUser(session=session, user=user, member=member, organization=organization)

    def delete(self, token_hash: bytes) -> None:
        self._sessions.pop(token_hash, None)

    def delete_of_user(self, user_id: str, *, except_token_hash: bytes | None = None) -> None:
        self._delete(lambda it: it.user_id == user_id and it.token_hash != except_token_hash)

    def delete_expired(self, now: datetime) -> int:
        return self._delete(lambda it: it.expires_at <= now)

    def _delete(self, is_doomed: Callable[[Session], bool]) -> int:
        doomed = [session for session in self._sessions.values() if is_doomed(session)]
        for session in doomed:
            del self._sessions[session.token_hash]
        return len(doomed)
