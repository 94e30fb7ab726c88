"""A user who has an account follows an invitation."""

from datetime import timedelta

import pytest

from application.organizations.accept_invitation import AcceptInvitation, AcceptInvitationRequest
from domain.errors import Conflict, Forbidden, NotFound
from domain.organization import Member, Role
from domain.user import User
from tests.unit.application.world import World

TOKEN = "token"


def accept(world: World, user: User, token: str = TOKEN) -> Member:
    request = AcceptInvitationRequest(user=user, token=token)
    return AcceptInvitation(world.units, world.clock)(request)


def test_the_invited_user_joins_in_the_role_they_were_given(world: World) -> None:
    user, acme = world.user(), world.organization()
    world.invitation(acme, user.email, TOKEN, Role.ADMIN)
    member = accept(world, user)
    assert (member.organization_id, member.role) == (acme.id, Role.ADMIN)
    assert (member.user_id, member.email, member.name) == (user.id, user.email, user.name)
    assert world.membership(user.id) == member


def test_an_invitation_is_good_once(world: World) -> None:
    user, acme = world.user(), world.organization()
    world.invitation(acme, user.email, TOKEN)
    accept(world, user)
    with world.units() as uow:
        uow.members.remove(acme.id, user.id)
        uow.commit()
    with pytest.raises(NotFound):
        accept(world, user)
    assert world.membership(user.id) is None


def test_an_invitation_is_good_for_seven_days(world: World) -> None:
    user = world.user()
    world.invitation(world.organization(), user.email, TOKEN)
    world.clock.advance(timedelta(days=7))
    with pytest.raises(NotFound):
        accept(world, user)
    world.clock.advance(-timedelta.resolution)
    assert accept(world, user) == world.membership(user.id)


@pytest.mark.parametrize(TOKEN, ["", "unknown", "\x00", "\ud800"])
def test_a_made_up_token_lets_nobody_in(world: World, token: str) -> None:
    user = world.user()
    world.invitation(world.organization(), user.email, TOKEN)
    with pytest.raises(NotFound):
        accept(world, user, token)
    assert world.membership(user.id) is None


def test_an_invitation_is_for_one_address_and_stays_for_it(world: World) -> None:
    invited, other = world.user(), world.user()
    world.invitation(world.organization(), invited.email, TOKEN)
    with pytest.raises(Forbidden) as refusal:
        accept(world, other)
    assert refusal.value.code == "invitation_for_another"
    assert world.membership(other.id) is None
    assert accept(world, invited) == world.membership(invited.id)


def test_a_member_who_follows_a_dead_link_learns_that_it_is_dead(world: World) -> None:
    member = world.member(world.organization())
    user = world.stored_user(member.email)
    assert user is not None
    with pytest.raises(NotFound):
        accept(world, user)


def test_a_member_of_any_organization_joins_no_other(world: World) -> None:
    member = world.member(world.organization(), Role.OWNER)
    user = world.stored_user(member.email)
    assert user is not None
    world.invitation(world.organization(), user.email, TOKEN)
    for _ in range(2):
        with pytest.raises(Conflict) as refusal:
            accept(world, user)
        assert refusal.value.code == "already_onboarded"
    assert world.membership(user.id) == member
