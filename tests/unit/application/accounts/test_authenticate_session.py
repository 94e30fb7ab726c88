"""Who a browser's cookie belongs to."""

from datetime import timedelta

import pytest

from application.accounts.authenticate_session import (
    AuthenticateSession,
    AuthenticateSessionRequest,
    SignedIn,
)
from domain.errors import Unauthenticated
from domain.organization import Role
from tests.builders import a_user
from tests.unit.application.world import World


def authenticate(world: World, token: str) -> SignedIn:
    use_case = AuthenticateSession(world.units, world.clock)
    return use_case(AuthenticateSessionRequest(token=token))


def test_a_user_before_onboarding_has_no_organization(world: World) -> None:
    user = world.user()
    signed_in = authenticate(world, world.session(user, "token"))
    assert signed_in == SignedIn(user=user, token="token", organization=None, member=None)


def test_a_member_is_found_with_organization_and_role(world: World) -> None:
    acme = world.organization()
    member = world.member(acme, Role.ADMIN)
    user = world.stored_user(member.email)
    assert user is not None
    signed_in = authenticate(world, world.session(user, "token"))
    assert signed_in == SignedIn(user=user, token="token", organization=acme, member=member)


def test_a_changed_role_holds_on_the_next_request(world: World) -> None:
    member = world.member(world.organization(), Role.ADMIN)
    user = world.stored_user(member.email)
    assert user is not None
    world.session(user, "token")
    with world.units() as uow:
        uow.members.set_role(member.organization_id, member.user_id, Role.MEMBER)
        uow.commit()
    assert authenticate(world, "token").member == member.with_role(Role.MEMBER)


@pytest.mark.parametrize("token", ["", "unknown", "\ud800", "\x00", "x" * 10_000])
def test_an_unknown_token_belongs_to_nobody(world: World, token: str) -> None:
    world.session(world.user(), "token")
    with pytest.raises(Unauthenticated):
        authenticate(world, token)


def test_a_session_ends_after_thirty_days(world: World) -> None:
    user = world.user()
    world.session(user, "token")
    world.clock.advance(timedelta(days=30) - timedelta.resolution)
    assert authenticate(world, "token").user == user
    world.clock.advance(timedelta.resolution)
    with pytest.raises(Unauthenticated):
        authenticate(world, "token")


def test_the_session_of_a_user_who_is_gone_belongs_to_nobody(world: World) -> None:
    world.session(a_user(), "token")
    with pytest.raises(Unauthenticated):
        authenticate(world, "token")
