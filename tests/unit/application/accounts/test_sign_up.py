"""A person becomes a user."""

from datetime import timedelta

import pytest

from application.accounts.session_opening import OpenedSession
from application.accounts.sign_up import SignUp, SignUpRequest
from domain.errors import Conflict, Forbidden, Invalid, NotFound
from domain.organization import Role
from tests.unit.application.world import World

PASSWORD = "correct horse battery"


def sign_up(world: World, request: SignUpRequest, *, is_open: bool = True) -> OpenedSession:
    use_case = SignUp(
        world.units,
        world.passwords,
        world.secrets,
        world.identifiers,
        world.clock,
        is_open=is_open,
    )
    return use_case(request)


def test_anybody_signs_up_and_is_signed_in(world: World) -> None:
    opened = sign_up(
        world, SignUpRequest(email="Ada@Example.com", password=PASSWORD, name="  Ada ")
    )
    assert (opened.user.email, opened.user.name) == ("ada@example.com", "Ada")
    assert world.stored_user("ada@example.com") == opened.user
    assert world.has_session(opened.token)
    assert opened.session.expires_at - world.clock.now() == timedelta(days=30)
    assert world.membership(opened.user.id) is None


def test_only_the_hash_of_the_password_is_kept(world: World) -> None:
    user = sign_up(world, SignUpRequest(email="ada@example.com", password=PASSWORD)).user
    assert user.password_hash == world.passwords.hash(PASSWORD)
    assert world.passwords.matches(PASSWORD, user.password_hash)


@pytest.mark.parametrize("name", [None, ""])
def test_a_name_may_be_left_out(world: World, name: str | None) -> None:
    request = SignUpRequest(email="ada@example.com", password=PASSWORD, name=name)
    assert sign_up(world, request).user.name is None


def test_an_address_is_taken_whatever_its_case(world: World) -> None:
    sign_up(world, SignUpRequest(email="ada@example.com", password=PASSWORD))
    with pytest.raises(Conflict) as refusal:
        sign_up(world, SignUpRequest(email="ADA@example.COM", password=PASSWORD))
    assert refusal.value.code == "email_taken"


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("elevenchars", "invalid_password"),
        ("x" * 1025, "invalid_password"),
        ("passwordpassword", "common_password"),
        ("Ada@Example.com", "common_password"),
    ],
)
def test_a_password_that_is_easily_guessed_is_refused(
    world: World, password: str, code: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        sign_up(world, SignUpRequest(email="ada@example.com", password=password))
    assert refusal.value.code == code
    assert refusal.value.first_fault.pointer == "/password"
    assert world.stored_user("ada@example.com") is None


@pytest.mark.parametrize("name", ["\x00", "  ", "x" * 101, "a\nb"])
def test_a_name_that_cannot_be_shown_is_refused(world: World, name: str) -> None:
    with pytest.raises(Invalid) as refusal:
        sign_up(world, SignUpRequest(email="ada@example.com", password=PASSWORD, name=name))
    assert refusal.value.first_fault.pointer == "/name"


def test_where_sign_up_is_closed_nobody_comes_without_an_invitation(world: World) -> None:
    with pytest.raises(Forbidden) as refusal:
        sign_up(world, SignUpRequest(email="ada@example.com", password=PASSWORD), is_open=False)
    assert refusal.value.code == "signup_closed"
    assert world.stored_user("ada@example.com") is None


def test_where_sign_up_is_closed_a_known_address_is_not_betrayed(world: World) -> None:
    email = world.user().email
    with pytest.raises(Forbidden):
        sign_up(world, SignUpRequest(email=email, password=PASSWORD), is_open=False)


@pytest.mark.parametrize("is_open", [True, False])
def test_the_invited_join_the_organization_in_the_role_they_were_given(
    world: World,
    is_open: bool,  # noqa: FBT001
) -> None:
    acme = world.organization()
    world.invitation(acme, "ada@example.com", "token", Role.ADMIN)
    request = SignUpRequest(email="Ada@example.com", password=PASSWORD, invitation="token")
    member = world.membership(sign_up(world, request, is_open=is_open).user.id)
    assert member is not None
    assert (member.organization_id, member.role) == (acme.id, Role.ADMIN)


def test_an_invitation_is_good_once(world: World) -> None:
    world.invitation(world.organization(), "ada@example.com", "token")
    request = SignUpRequest(email="ada@example.com", password=PASSWORD, invitation="token")
    sign_up(world, request)
    with pytest.raises(NotFound):
        sign_up(world, request)


def test_an_invitation_for_another_address_makes_no_user(world: World) -> None:
    world.invitation(world.organization(), "grace@example.com", "token")
    request = SignUpRequest(email="ada@example.com", password=PASSWORD, invitation="token")
    with pytest.raises(Forbidden) as refusal:
        sign_up(world, request)
    assert refusal.value.code == "invitation_for_another"
    assert world.stored_user("ada@example.com") is None


@pytest.mark.parametrize("days", [7, 8])
def test_an_expired_invitation_makes_no_user(world: World, days: int) -> None:
    world.invitation(world.organization(), "ada@example.com", "token")
    world.clock.advance(timedelta(days=days))
    request = SignUpRequest(email="ada@example.com", password=PASSWORD, invitation="token")
    with pytest.raises(NotFound):
        sign_up(world, request)
    assert world.stored_user("ada@example.com") is None


def test_an_invitation_to_an_address_with_an_account_is_not_used_up_by_signing_up(
    world: World,
) -> None:
    user = world.user()
    world.invitation(world.organization(), user.email, "token")
    request = SignUpRequest(email=user.email, password=PASSWORD, invitation="token")
    for _ in range(2):
        with pytest.raises(Conflict) as refusal:
            sign_up(world, request)
        assert refusal.value.code == "email_taken"


def test_no_secret_shows_in_a_log() -> None:
    shown = repr(SignUpRequest(email="ada@example.com", password=PASSWORD, invitation="token"))
    assert PASSWORD not in shown
    assert "token" not in shown
