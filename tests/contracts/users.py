"""What every store of users promises."""

from dataclasses import replace

import pytest

from application.ports.unit_of_work import UnitsOfWork
from domain.errors import Conflict
from tests.builders import NOW, a_user, an_id
from tests.contracts.tenants import a_stored_user


class UserRepositoryContract:
    """Inherit where a fixture ``units_of_work`` gives an empty store."""

    def test_a_user_comes_back_as_stored(self, units_of_work: UnitsOfWork) -> None:
        user = a_user(name="Žofie 🦊", created_at=NOW.replace(microsecond=123_456))
        with units_of_work() as uow:
            uow.users.add(user)
            uow.commit()
        with units_of_work() as uow:
            assert uow.users.get(user.id) == user
            assert uow.users.get_for_update(user.id) == user
            assert uow.users.find_by_email(user.email) == user

    def test_a_user_needs_no_name(self, units_of_work: UnitsOfWork) -> None:
        user = a_user(name=None)
        with units_of_work() as uow:
            uow.users.add(user)
            assert uow.users.get(user.id) == user

    def test_an_unknown_user_is_none(self, units_of_work: UnitsOfWork) -> None:
        a_stored_user(units_of_work)
        with units_of_work() as uow:
            assert uow.users.get(an_id()) is None
            assert uow.users.get_for_update(an_id()) is None

    @pytest.mark.parametrize("email", ["nobody@example.com", "", "\0", "\ud800@example.com"])
    def test_any_text_may_be_looked_up_as_an_address(
        self, units_of_work: UnitsOfWork, email: str
    ) -> None:
        a_stored_user(units_of_work)
        with units_of_work() as uow:
            assert uow.users.find_by_email(email) is None

    def test_a_known_address_is_a_conflict(self, units_of_work: UnitsOfWork) -> None:
        user = a_stored_user(units_of_work)
        with pytest.raises(Conflict) as caught, units_of_work() as uow:
            uow.users.add(a_user(email=user.email))
        assert caught.value.code == "email_taken"

    def test_an_update_stores_name_and_password_and_nothing_else(
        self, units_of_work: UnitsOfWork
    ) -> None:
        user = a_stored_user(units_of_work)
        changed = replace(user, name="Grace", password_hash="plain:battery staple")
        with units_of_work() as uow:
            uow.users.update(replace(changed, email="other@example.com"))
            uow.commit()
        with units_of_work() as uow:
            assert uow.users.get(user.id) == changed

    def test_updating_an_unknown_user_leaves_it_unknown(self, units_of_work: UnitsOfWork) -> None:
        stranger = a_user()
        with units_of_work() as uow:
            uow.users.update(stranger)
            uow.commit()
        with units_of_work() as uow:
            assert uow.users.get(stranger.id) is None
