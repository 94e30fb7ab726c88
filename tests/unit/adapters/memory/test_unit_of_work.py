"""What the unit of work in memory promises beyond the port."""

from threading import Thread

import pytest

from adapters.memory.unit_of_work import InMemoryUnitsOfWork
from tests.builders import a_user


def test_a_second_unit_of_work_in_one_thread_is_refused_and_the_first_goes_on() -> None:
    units_of_work, user = InMemoryUnitsOfWork(), a_user()
    with units_of_work() as outer:
        with pytest.raises(RuntimeError, match="open unit of work"):
            units_of_work().__enter__()
        outer.users.add(user)
        outer.commit()
    with units_of_work() as uow:
        assert uow.users.get(user.id) == user


def test_a_unit_of_work_in_another_thread_waits_for_its_turn() -> None:
    units_of_work, first, second = InMemoryUnitsOfWork(), a_user(), a_user()

    def add_second() -> None:
        with units_of_work() as uow:
            assert uow.users.get(first.id) == first
            uow.users.add(second)
            uow.commit()

    thread = Thread(target=add_second)
    with units_of_work() as uow:
        thread.start()
        uow.users.add(first)
        uow.commit()
    thread.join(timeout=30)
    with units_of_work() as uow:
        assert [uow.users.get(user.id) for user in (first, second)] == [first, second]


def test_an_error_gives_the_turn_back() -> None:
    units_of_work = InMemoryUnitsOfWork()
    with pytest.raises(ZeroDivisionError), units_of_work():
        raise ZeroDivisionError
    with units_of_work() as uow:
        assert uow.users.get("anybody") is None


def test_committing_twice_is_refused() -> None:
    with InMemoryUnitsOfWork()() as uow:
        uow.commit()
        with pytest.raises(RuntimeError, match="committed before"):
            uow.commit()


def test_stores_know_nothing_of_each_other() -> None:
    user = a_user()
    with InMemoryUnitsOfWork()() as uow:
        uow.users.add(user)
        uow.commit()
    with InMemoryUnitsOfWork()() as uow:
        assert uow.users.get(user.id) is None
