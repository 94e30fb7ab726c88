"""An owner or admin lets somebody go."""

import pytest

from application.organizations.remove_member import RemoveMember, RemoveMemberRequest
from domain.errors import Conflict, Forbidden, NotFound
from domain.organization import Member, Role
from tests.builders import an_api_key
from tests.unit.application.world import World


def remove(world: World, actor: Member, email: str) -> None:
    RemoveMember(world.units, world.clock)(RemoveMemberRequest(actor=actor, email=email))


def test_a_removed_member_stays_a_user(world: World) -> None:
    acme = world.organization()
    owner, member = world.member(acme, Role.OWNER), world.member(acme)
    remove(world, owner, member.email.upper())
    assert world.membership(member.user_id) is None
    assert world.stored_user(member.email) is not None


def test_keys_that_the_removed_member_made_stay(world: World) -> None:
    acme = world.organization()
    owner, member = world.member(acme, Role.OWNER), world.member(acme)
    key = world.key(an_api_key(acme, created_by=member.user_id))
    remove(world, owner, member.email)
    with world.units(snapshot=True) as uow:
        assert uow.api_keys.get(acme.id, key.id) == key


@pytest.mark.parametrize("role", Role)
def test_an_admin_removes_all_but_owners(world: World, role: Role) -> None:
    acme = world.organization()
    world.member(acme, Role.OWNER)
    admin, member = world.member(acme, Role.ADMIN), world.member(acme, role)
    if role is Role.OWNER:
        with pytest.raises(Forbidden) as refusal:
            remove(world, admin, member.email)
        assert refusal.value.code == "role_required"
        assert world.membership(member.user_id) == member
    else:
        remove(world, admin, member.email)
        assert world.membership(member.user_id) is None


def test_a_member_removes_nobody_and_withdraws_no_invitation(world: World) -> None:
    acme = world.organization()
    member, other = world.member(acme), world.member(acme)
    world.invitation(acme, "grace@example.com", "token")
    for email in (other.email, "grace@example.com", "nobody@example.com"):
        with pytest.raises(Forbidden):
            remove(world, member, email)
    assert world.membership(other.user_id) == other


def test_one_owner_of_several_may_go_and_the_last_may_not(world: World) -> None:
    acme = world.organization()
    owner, other = world.member(acme, Role.OWNER), world.member(acme, Role.OWNER)
    remove(world, owner, other.email)
    with pytest.raises(Conflict) as refusal:
        remove(world, owner, owner.email)
    assert refusal.value.code == "last_owner"
    assert world.membership(owner.user_id) == owner


def test_an_invitation_is_withdrawn(world: World) -> None:
    acme = world.organization()
    owner = world.member(acme, Role.OWNER)
    world.invitation(acme, "grace@example.com", "token")
    remove(world, owner, "Grace@example.com")
    with world.units(snapshot=True) as uow:
        assert uow.invitations.list(acme.id, world.clock.now()) == []
    with pytest.raises(NotFound):
        remove(world, owner, "grace@example.com")


def test_people_of_other_organizations_are_not_there(world: World) -> None:
    owner, elsewhere = world.member(world.organization(), Role.OWNER), world.organization()
    stranger = world.member(elsewhere)
    invitation = world.invitation(elsewhere, "grace@example.com", "token")
    for email in (stranger.email, "grace@example.com", "nobody@example.com"):
        with pytest.raises(NotFound):
            remove(world, owner, email)
    assert world.membership(stranger.user_id) == stranger
    with world.units(snapshot=True) as uow:
        assert uow.invitations.list(elsewhere.id, world.clock.now()) == [invitation]
