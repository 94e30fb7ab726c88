"""What every store of sessions promises."""

from datetime import timedelta

from application.ports.unit_of_work import UnitsOfWork
from domain.session import Session
from domain.user import User
from tests.builders import NOW, a_hash, a_session
from tests.contracts.tenants import a_stored_user

MICROSECOND = timedelta(microseconds=1)


def stored(units_of_work: UnitsOfWork, *sessions: Session) -> None:
    with units_of_work() as uow:
        for session in sessions:
            uow.sessions.add(session)
        uow.commit()


def remaining(units_of_work: UnitsOfWork, *sessions: Session) -> list[Session]:
    with units_of_work() as uow:
        found = [uow.sessions.find_by_token_hash(session.token_hash) for session in sessions]
    return [session for session in found if session is not None]


class SessionRepositoryContract:
    """Inherit where a fixture ``units_of_work`` gives an empty store."""

    def test_a_session_is_found_by_its_hash_and_by_no_other(
        self, units_of_work: UnitsOfWork
    ) -> None:
        session = a_session(a_stored_user(units_of_work))
        stored(units_of_work, session)
        with units_of_work() as uow:
            assert uow.sessions.find_by_token_hash(session.token_hash) == session
            assert uow.sessions.find_by_token_hash(a_hash()) is None

    def test_an_expired_session_is_found_until_it_is_removed(
        self, units_of_work: UnitsOfWork
    ) -> None:
        session = a_session(a_stored_user(units_of_work), expires_at=NOW - timedelta(days=1))
        stored(units_of_work, session)
        assert remaining(units_of_work, session) == [session]

    def test_a_deleted_session_is_gone_and_may_be_deleted_again(
        self, units_of_work: UnitsOfWork
    ) -> None:
        user = a_stored_user(units_of_work)
        session, other = a_session(user), a_session(user)
        stored(units_of_work, session, other)
        for _ in range(2):
            with units_of_work() as uow:
                uow.sessions.delete(session.token_hash)
                uow.commit()
        assert remaining(units_of_work, session, other) == [other]

    def test_all_sessions_of_a_user_end_and_nobody_elses(self, units_of_work: UnitsOfWork) -> None:
        user, other = _two_users(units_of_work)
        sessions = [a_session(user), a_session(user), a_session(other)]
        stored(units_of_work, *sessions)
        with units_of_work() as uow:
            uow.sessions.delete_of_user(user.id)
            uow.commit()
        assert remaining(units_of_work, *sessions) == [sessions[2]]

    def test_all_sessions_but_one_can_end(self, units_of_work: UnitsOfWork) -> None:
        user, other = _two_users(units_of_work)
        sessions = [a_session(user), a_session(user), a_session(other)]
        stored(units_of_work, *sessions)
        with units_of_work() as uow:
            uow.sessions.delete_of_user(user.id, except_token_hash=sessions[1].token_hash)
            uow.commit()
        assert remaining(units_of_work, *sessions) == sessions[1:]

    def test_a_session_is_purged_from_the_moment_it_ends(self, units_of_work: UnitsOfWork) -> None:
        user = a_stored_user(units_of_work)
        over = a_session(user, expires_at=NOW - MICROSECOND)
        ending = a_session(user, expires_at=NOW)
        lasting = a_session(user, expires_at=NOW + MICROSECOND)
        stored(units_of_work, over, ending, lasting)
        with units_of_work() as uow:
            assert uow.sessions.delete_expired(NOW) == 2
            assert uow.sessions.delete_expired(NOW) == 0
            uow.commit()
        assert remaining(units_of_work, over, ending, lasting) == [lasting]


def _two_users(units_of_work: UnitsOfWork) -> tuple[User, User]:
    return a_stored_user(units_of_work), a_stored_user(units_of_work)
