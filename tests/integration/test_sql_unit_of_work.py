"""What units of work on PostgreSQL promise beyond the port, and how they fail."""

from collections.abc import Iterator

import psycopg
import pytest
from sqlalchemy import Engine, make_url
from sqlalchemy.exc import IntegrityError

from adapters.sql.engine import create_pool
from adapters.sql.unit_of_work import SqlUnitsOfWork
from domain.errors import Conflict, Unavailable
from tests.builders import a_user, an_event, an_organization
from tests.contracts.concurrency import at_once
from tests.contracts.events import append
from tests.contracts.tenants import a_stored_key, a_stored_organization, a_stored_user

SLOTS = 10


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = create_pool(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def units_of_work(engine: Engine) -> SqlUnitsOfWork:
    return SqlUnitsOfWork(engine)


def end_all_connections(database_url: str) -> None:
    """What a restart of the server does to those who are connected; back when it is done."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def test_a_database_that_is_not_there_is_unavailable(database_url: str) -> None:
    elsewhere = make_url(database_url).set(database="nowhere")
    engine = create_pool(elsewhere.render_as_string(hide_password=False))
    units_of_work = SqlUnitsOfWork(engine)
    with pytest.raises(Unavailable):
        units_of_work.check()
    with pytest.raises(Unavailable):
        units_of_work().__enter__()
    engine.dispose()


def test_a_connection_that_broke_while_idle_is_replaced_unseen(
    units_of_work: SqlUnitsOfWork, database_url: str
) -> None:
    user = a_stored_user(units_of_work)
    end_all_connections(database_url)
    with units_of_work() as uow:
        assert uow.users.get(user.id) == user


def test_a_connection_that_breaks_at_work_is_unavailable_and_nothing_is_stored(
    units_of_work: SqlUnitsOfWork, database_url: str
) -> None:
    user = a_user()

    def store() -> None:
        with units_of_work() as uow:
            uow.users.add(user)
            end_all_connections(database_url)
            uow.users.get(user.id)

    with pytest.raises(Unavailable):
        store()
    with units_of_work() as uow:
        assert uow.users.get(user.id) is None


def test_a_connection_that_breaks_at_the_commit_is_unavailable_and_nothing_is_stored(
    units_of_work: SqlUnitsOfWork, database_url: str
) -> None:
    user = a_user()

    def store() -> None:
        with units_of_work() as uow:
            uow.users.add(user)
            end_all_connections(database_url)
            uow.commit()

    with pytest.raises(Unavailable):
        store()
    with units_of_work() as uow:
        assert uow.users.get(user.id) is None


def test_more_units_of_work_than_connections_take_turns(units_of_work: SqlUnitsOfWork) -> None:
    users = [a_user() for _ in range(4 * SLOTS)]

    def store(number: int) -> None:
        with units_of_work() as uow:
            uow.users.add(users[number])
            uow.commit()

    at_once(len(users), store)
    with units_of_work() as uow:
        assert [uow.users.get(user.id) for user in users] == users


def test_failed_units_of_work_keep_no_connection(units_of_work: SqlUnitsOfWork) -> None:
    user = a_stored_user(units_of_work)
    for _ in range(SLOTS + 1):
        with pytest.raises(Conflict), units_of_work() as uow:
            uow.users.add(a_user(email=user.email))
        with pytest.raises(ZeroDivisionError), units_of_work(snapshot=True) as uow:
            raise ZeroDivisionError
    units_of_work.check()


def test_a_full_pool_is_unavailable_at_last(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.sql.engine._POOL_TIMEOUT_S", 0)
    engine = create_pool(database_url, size=1)
    units_of_work = SqlUnitsOfWork(engine)
    held = [units_of_work() for _ in range(3)]
    for uow in held:
        uow.__enter__()
    with pytest.raises(Unavailable, match="busy"):
        units_of_work().__enter__()
    with pytest.raises(Unavailable, match="busy"):
        units_of_work.check()
    for uow in held:
        uow.__exit__(None, None, None)
    units_of_work.check()
    engine.dispose()


def test_a_writer_follows_a_snapshot_on_the_same_connection(database_url: str) -> None:
    engine = create_pool(database_url, size=1)
    units_of_work = SqlUnitsOfWork(engine)
    for _ in range(3):
        with units_of_work(snapshot=True) as reading:
            assert reading.organizations.is_slug_free("umbrella")
        a_stored_organization(units_of_work)
    engine.dispose()


def test_counting_owners_holds_up_no_events(units_of_work: SqlUnitsOfWork) -> None:
    key = a_stored_key(units_of_work)
    with units_of_work() as counting:
        counting.members.count_owners_for_update(key.organization_id)
        append(units_of_work, key, [an_event(key)])
    with units_of_work() as uow:
        assert uow.events.has_any(key.organization_id)


@pytest.mark.parametrize("cursor", ["", "no id", "\0", "\ud800"])
def test_there_is_nothing_behind_a_cursor_that_is_no_id(
    units_of_work: SqlUnitsOfWork, cursor: str
) -> None:
    key = a_stored_key(units_of_work)
    with units_of_work() as uow:
        assert uow.api_keys.list(key.organization_id, before=cursor) == []
        assert uow.budgets.list(key.organization_id, after=cursor) == []


def test_a_fault_of_the_program_is_not_taken_for_a_conflict(
    units_of_work: SqlUnitsOfWork,
) -> None:
    with (
        pytest.raises(IntegrityError, match="ck_organizations_slug_form"),
        units_of_work() as uow,
    ):
        uow.organizations.add(an_organization(slug="Not A Slug"))
