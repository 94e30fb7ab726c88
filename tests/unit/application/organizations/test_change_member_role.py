"""An owner or admin changes what a member may do."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from application.organizations.change_member_role import ChangeMemberRole, ChangeMemberRoleRequest
from domain.errors import Conflict, Forbidden, NotFound
from domain.organization import Member, Role
from tests.unit.application.world import World


def change(world: World, actor: Member, email: str, role: Role) -> Member:
    request = ChangeMemberRoleRequest(actor=actor, email=email, role=role)
    return ChangeMemberRole(world.units)(request)


@pytest.mark.parametrize("before", Role)
@pytest.mark.parametrize("after", Role)
def test_an_owner_gives_anybody_any_role(world: World, before: Role, after: Role) -> None:
    acme = world.organization()
    owner, member = world.member(acme, Role.OWNER), world.member(acme, before)
    assert change(world, owner, member.email.upper(), after) == member.with_role(after)
    assert world.membership(member.user_id) == member.with_role(after)


@pytest.mark.parametrize("before", Role)
@pytest.mark.parametrize("after", Role)
def test_an_admin_does_not_touch_owners_and_makes_none(
    world: World, before: Role, after: Role
) -> None:
    acme = world.organization()
    world.member(acme, Role.OWNER)
    admin, member = world.member(acme, Role.ADMIN), world.member(acme, before)
    if Role.OWNER in (before, after):
        with pytest.raises(Forbidden) as refusal:
            change(world, admin, member.email, after)
        assert refusal.value.code == "role_required"
        assert world.membership(member.user_id) == member
    else:
        change(world, admin, member.email, after)
        assert world.membership(member.user_id) == member.with_role(after)


def test_a_member_changes_nobody_and_not_themselves(world: World) -> None:
    acme = world.organization()
    member, other = world.member(acme), world.member(acme)
    for target in (member, other):
        with pytest.raises(Forbidden):
            change(world, member, target.email, Role.ADMIN)
        assert world.membership(target.user_id) == target


def test_the_last_owner_stays_one(world: World) -> None:
    acme = world.organization()
    owner, _ = world.member(acme, Role.OWNER), world.member(acme, Role.ADMIN)
    with pytest.raises(Conflict) as refusal:
        change(world, owner, owner.email, Role.ADMIN)
    assert refusal.value.code == "last_owner"
    assert world.membership(owner.user_id) == owner


def test_the_last_owner_may_be_made_owner_once_more(world: World) -> None:
    owner = world.member(world.organization(), Role.OWNER)
    assert change(world, owner, owner.email, Role.OWNER) == owner


def test_an_owner_of_another_organization_does_not_count(world: World) -> None:
    world.member(world.organization(), Role.OWNER)
    owner = world.member(world.organization(), Role.OWNER)
    with pytest.raises(Conflict):
        change(world, owner, owner.email, Role.MEMBER)


def test_two_owners_cannot_demote_each_other_at_once(world: World) -> None:
    acme = world.organization()
    owners = [world.member(acme, Role.OWNER) for _ in range(2)]

    def demote(pair: tuple[Member, Member]) -> bool:
        try:
            change(world, pair[0], pair[1].email, Role.MEMBER)
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(demote, [(owners[0], owners[1]), (owners[1], owners[0])]))
    assert sorted(done) == [False, True]
    roles = [member.role for owner in owners if (member := world.membership(owner.user_id))]
    assert sorted(roles) == [Role.MEMBER, Role.OWNER]


def test_people_of_other_organizations_are_not_there(world: World) -> None:
    owner = world.member(world.organization(), Role.OWNER)
    stranger = world.member(world.organization())
    for email in (stranger.email, "nobody@example.com"):
        with pytest.raises(NotFound):
            change(world, owner, email, Role.ADMIN)
    assert world.membership(stranger.user_id) == stranger
