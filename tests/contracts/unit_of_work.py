"""What every unit of work promises."""

from dataclasses import replace

import pytest

from application.ports.unit_of_work import UnitsOfWork
from domain.errors import Conflict
from tests.builders import a_user, an_event
from tests.contracts.tenants import a_stored_key


class UnitOfWorkContract:
    """Inherit where a fixture ``units_of_work`` gives an empty store.

    ``refusal`` is what writing in a snapshot raises: a fault of the program, not a domain error.
    """

    refusal: type[Exception]

    def test_what_was_committed_is_there(self, units_of_work: UnitsOfWork) -> None:
        user = a_user()
        with units_of_work() as uow:
            uow.users.add(user)
            uow.commit()
        with units_of_work() as uow:
            assert uow.users.get(user.id) == user

    def test_leaving_without_a_commit_rolls_back(self, units_of_work: UnitsOfWork) -> None:
        user = a_user()
        with units_of_work() as uow:
            uow.users.add(user)
            assert uow.users.get(user.id) == user
        with units_of_work() as uow:
            assert uow.users.get(user.id) is None

    def test_an_error_rolls_everything_back(self, units_of_work: UnitsOfWork) -> None:
        user = a_user()

        def store_twice() -> None:
            with units_of_work() as uow:
                uow.users.add(user)
                uow.users.add(a_user(email=user.email))
                uow.commit()

        with pytest.raises(Conflict):
            store_twice()
        with units_of_work() as uow:
            assert uow.users.get(user.id) is None

    def test_what_follows_a_commit_is_rolled_back(self, units_of_work: UnitsOfWork) -> None:
        committed, late = a_user(), a_user()
        with units_of_work() as uow:
            uow.users.add(committed)
            uow.commit()
            uow.users.add(late)
        with units_of_work() as uow:
            assert uow.users.get(committed.id) == committed
            assert uow.users.get(late.id) is None

    def test_what_is_not_committed_yet_is_seen_by_nobody_else(
        self, units_of_work: UnitsOfWork
    ) -> None:
        user = a_user()
        with units_of_work() as writing:
            writing.users.add(user)
            with units_of_work(snapshot=True) as reading:
                assert reading.users.get(user.id) is None
            writing.commit()
        with units_of_work(snapshot=True) as reading:
            assert reading.users.get(user.id) == user

    def test_every_read_of_a_snapshot_sees_the_same_moment(
        self, units_of_work: UnitsOfWork
    ) -> None:
        key = a_stored_key(units_of_work)
        with units_of_work(snapshot=True) as reading:
            assert not reading.events.has_any(key.organization_id)
            with units_of_work() as writing:
                writing.events.append(key.organization_id, [an_event(key)])
                writing.commit()
            assert not reading.events.has_any(key.organization_id)
        with units_of_work(snapshot=True) as reading:
            assert reading.events.has_any(key.organization_id)

    def test_nothing_can_be_written_in_a_snapshot(self, units_of_work: UnitsOfWork) -> None:
        user = a_user()

        def write() -> None:
            with units_of_work(snapshot=True) as reading:
                reading.users.add(user)
                reading.commit()

        with pytest.raises(self.refusal):
            write()
        with units_of_work() as uow:
            assert uow.users.get(user.id) is None

    def test_a_change_in_one_step_needs_no_commit_and_allows_none(
        self, units_of_work: UnitsOfWork
    ) -> None:
        user, other = a_user(), a_user()
        with units_of_work.in_one_step() as uow:
            uow.users.add(user)
        with units_of_work() as writing:
            assert writing.users.get(user.id) == user
            writing.users.add(other)
            writing.commit()
        with pytest.raises(RuntimeError), units_of_work.in_one_step() as uow:
            uow.commit()
        with units_of_work() as uow:
            assert uow.users.get(other.id) == other

    def test_a_change_in_one_step_that_fails_leaves_nothing(
        self, units_of_work: UnitsOfWork
    ) -> None:
        user, twin = a_user(), a_user()
        with units_of_work.in_one_step() as uow:
            uow.users.add(user)
        with pytest.raises(Conflict), units_of_work.in_one_step() as uow:
            uow.users.add(replace(twin, email=user.email))
        with units_of_work() as uow:
            assert uow.users.get(twin.id) is None

    def test_after_a_look_there_is_nothing_to_commit(self, units_of_work: UnitsOfWork) -> None:
        user = a_user()
        with units_of_work() as uow:
            uow.users.add(user)
            uow.commit()
        with units_of_work.look() as uow:
            assert uow.users.get(user.id) == user
            with pytest.raises(RuntimeError):
                uow.commit()

    def test_a_snapshot_leaves_nothing_behind_for_the_next_writer(
        self, units_of_work: UnitsOfWork
    ) -> None:
        user = a_user()
        with units_of_work(snapshot=True) as reading:
            assert reading.users.get(user.id) is None
        with units_of_work() as writing:
            writing.users.add(user)
            writing.commit()
        with units_of_work() as uow:
            assert uow.users.get(user.id) == user

    def test_a_store_at_hand_passes_the_check(self, units_of_work: UnitsOfWork) -> None:
        units_of_work.check()
        units_of_work.check()
