"""An operator gives a user a new password."""

import pytest

from application.accounts.reset_password import ResetPassword, ResetPasswordRequest
from domain.errors import Invalid, NotFound
from tests.unit.application.world import World

NEW = "staple correct horse"


def reset(world: World, email: str, password: str = NEW) -> None:
    request = ResetPasswordRequest(email=email, new_password=password)
    ResetPassword(world.units, world.passwords)(request)


def test_the_password_is_replaced_and_every_session_of_the_user_ends(world: World) -> None:
    user, other = world.user(), world.user()
    for owner, token in ((user, "one"), (user, "two"), (other, "somebody else's")):
        world.session(owner, token)
    reset(world, user.email.upper())
    stored = world.stored_user(user.email)
    assert stored is not None
    assert stored.password_hash == world.passwords.hash(NEW)
    assert not world.has_session("one")
    assert not world.has_session("two")
    assert world.has_session("somebody else's")


def test_an_unknown_address_is_said_to_be_unknown(world: World) -> None:
    with pytest.raises(NotFound, match="No user"):
        reset(world, "nobody@example.com")


def test_a_reset_password_follows_the_rules(world: World) -> None:
    user = world.user()
    for password in ("short", "passwordpassword", user.email.upper()):
        with pytest.raises(Invalid):
            reset(world, user.email, password)
    assert world.stored_user(user.email) == user
