"""What every store of sessions promises."""

from dataclasses import replace
from datetime import timedelta

from application.ports.sessions import SessionOfUser
from application.ports.unit_of_work import UnitsOfWork
from domain.organization import Role
from domain.session import Session
from domain.user import User
from tests.builders import NOW, a_hash, a_member, a_session
from tests.contracts.tenants import a_stored_organization, a_stored_user

MICROSECOND = timedelta(microseconds=1)


def stored(units_of_work: UnitsOfWork, *sessions: Session) -> None:
    with units_of_work() as uow:
        for session in sessions:
            uow.sessions.add(session)
        uow.commit()


def remaining(units_of_work: UnitsOfWork, *sessions: Session) -> list[Session]:
    with units_of_work() as uow:
        found = [uow.sessions.find_signed_in(session.token_hash) for session in sessions]
    return [each.session for each in found if each is not None]


class SessionRepositoryContract:
    """Inherit where a fixture ``units_of_work`` gives an empty store."""

    def test_a_session_is_found_by_its_hash_and_by_no_other(
        self, units_of_work: UnitsOfWork
    ) -> None:
        user = a_stored_user(units_of_work)
        session = a_session(user)
        stored(units_of_work, session, a_session(user), a_session(a_stored_user(units_of_work)))
        with units_of_work() as uow:
            assert uow.sessions.find_signed_in(session.token_hash) == SessionOfUser(
                session=session, user=user, member=None, organization=None
            )
            assert uow.sessions.find_signed_in(a_hash()) is None

    def test_a_members_session_comes_with_the_organization_and_the_role(
        self, units_of_work: UnitsOfWork
    ) -> None:
        user, organization = _two_users(units_of_work)[0], a_stored_organization(units_of_work)
        session, member = a_session(user), a_member(organization, user, role=Role.ADMIN)
        with units_of_work() as uow:
            uow.sessions.add(session)
            uow.members.add(organization.id, member)
            uow.organizations.set_retention(organization.id, 90)
            uow.commit()
        with units_of_work() as uow:
            assert uow.sessions.find_signed_in(session.token_hash) == SessionOfUser(
                session=session,
                user=user,
                member=member,
                organization=replace(organization, retention_days=90),
            )

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
