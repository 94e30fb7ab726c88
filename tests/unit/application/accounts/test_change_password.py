"""A user changes their password."""

import pytest

from application.accounts.change_password import ChangePassword, ChangePasswordRequest
from domain.errors import Invalid, TooManyRequests, Unauthenticated
from domain.user import User
from tests.builders import a_user
from tests.unit.application.world import World

OLD, NEW = "correct horse battery", "staple correct horse"


@pytest.fixture
def ada(world: World) -> User:
    user = world.user(a_user(password_hash=world.passwords.hash(OLD)))
    for token in ("here", "elsewhere"):
        world.session(user, token)
    return user


def change(world: World, user: User, current: str, new: str) -> None:
    ChangePassword(world.units, world.passwords, world.clock)(
        ChangePasswordRequest(
            user=user,
            token="here",
            current_password=current,
            new_password=new,
            address="192.0.2.1",
        )
    )


def password_of(world: World, user: User) -> str:
    stored = world.stored_user(user.email)
    assert stored is not None
    return stored.password_hash


def test_the_new_password_replaces_the_old_one(world: World, ada: User) -> None:
    change(world, ada, OLD, NEW)
    assert password_of(world, ada) == world.passwords.hash(NEW)


def test_every_other_session_of_the_user_ends(world: World, ada: User) -> None:
    world.session(world.user(), "somebody else's")
    change(world, ada, OLD, NEW)
    assert world.has_session("here")
    assert not world.has_session("elsewhere")
    assert world.has_session("somebody else's")


def test_the_current_password_cannot_be_guessed_without_limit(world: World, ada: User) -> None:
    for _ in range(10):
        with pytest.raises(Unauthenticated):
            change(world, ada, NEW, NEW)
    with pytest.raises(TooManyRequests):
        change(world, ada, OLD, NEW)


def test_a_password_that_was_changed_meanwhile_is_not_changed_again(
    world: World, ada: User
) -> None:
    change(world, ada, OLD, NEW)
    with pytest.raises(Unauthenticated):
        change(world, ada, OLD, "the password of another tab")
    assert password_of(world, ada) == world.passwords.hash(NEW)


def test_without_the_current_password_nothing_changes(world: World, ada: User) -> None:
    with pytest.raises(Unauthenticated) as refusal:
        change(world, ada, NEW, NEW)
    assert refusal.value.code == "invalid_credentials"
    assert password_of(world, ada) == ada.password_hash
    assert world.has_session("elsewhere")


@pytest.mark.parametrize(
    ("new", "code"),
    [
        ("too short", "invalid_password"),
        ("x" * 1025, "invalid_password"),
        ("PasswordPassword", "common_password"),
    ],
)
def test_a_new_password_follows_the_rules(world: World, ada: User, new: str, code: str) -> None:
    with pytest.raises(Invalid) as refusal:
        change(world, ada, OLD, new)
    assert refusal.value.code == code
    assert refusal.value.first_fault.pointer == "/new_password"
    assert password_of(world, ada) == ada.password_hash


def test_the_own_address_is_no_password(world: World, ada: User) -> None:
    with pytest.raises(Invalid) as refusal:
        change(world, ada, OLD, ada.email.upper())
    assert refusal.value.code == "common_password"


def test_no_secret_shows_in_a_log(ada: User) -> None:
    request = ChangePasswordRequest(
        user=ada, token="here", current_password=OLD, new_password=NEW, address="192.0.2.1"
    )
    assert not any(secret in repr(request) for secret in ("here", OLD, NEW))
