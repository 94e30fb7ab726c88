"""A person who signs in."""

import pytest

from domain.errors import Invalid
from domain.user import check_password_length
from tests.builders import a_user


@pytest.mark.parametrize("length", [12, 1024])
def test_passwords_at_the_edge_are_accepted(length: int) -> None:
    check_password_length("x" * length, "/password")
    check_password_length("\U0001f511" * length, "/password")


@pytest.mark.parametrize("length", [0, 11, 1025])
def test_passwords_beyond_the_edge_are_refused(length: int) -> None:
    with pytest.raises(Invalid) as refusal:
        check_password_length("x" * length, "/new_password")
    assert refusal.value.code == "invalid_password"
    assert refusal.value.first_fault.pointer == "/new_password"


def test_a_user_in_a_log_does_not_show_the_hash() -> None:
    user = a_user(password_hash="$2b$12$salt")
    assert "$2b$" not in repr(user)
    assert user.with_password_hash("other").password_hash == "other"
    assert user.password_hash == "$2b$12$salt"
