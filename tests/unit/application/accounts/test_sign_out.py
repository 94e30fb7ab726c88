"""A user signs out."""

from application.accounts.sign_out import SignOut, SignOutRequest
from tests.unit.application.world import World


def test_signing_out_ends_the_session_on_the_server_and_no_other(world: World) -> None:
    user = world.user()
    for token in ("here", "elsewhere"):
        world.session(user, token)
    SignOut(world.units)(SignOutRequest(token="here"))
    assert not world.has_session("here")
    assert world.has_session("elsewhere")


def test_signing_out_twice_or_with_a_made_up_cookie_changes_nothing(world: World) -> None:
    world.session(world.user(), "elsewhere")
    for token in ("gone", "gone", "", "\ud800"):
        SignOut(world.units)(SignOutRequest(token=token))
    assert world.has_session("elsewhere")
