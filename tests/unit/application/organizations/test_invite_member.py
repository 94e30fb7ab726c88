"""An owner or admin asks somebody to join."""

from datetime import timedelta

import pytest

from application.organizations.invite_member import Invited, InviteMember, InviteMemberRequest
from application.organizations.remove_member import RemoveMember, RemoveMemberRequest
from application.organizations.show_invitation import ShowInvitation, ShowInvitationRequest
from domain.errors import Conflict, Forbidden, NotFound
from domain.organization import Invitation, Member, Role
from tests.unit.application.world import World

MAY_INVITE = [
    (Role.OWNER, Role.OWNER),
    (Role.OWNER, Role.ADMIN),
    (Role.OWNER, Role.MEMBER),
    (Role.ADMIN, Role.ADMIN),
    (Role.ADMIN, Role.MEMBER),
]


def invite(
    world: World, actor: Member, email: str = "grace@example.com", role: Role = Role.MEMBER
) -> Invited:
    use_case = InviteMember(world.units, world.secrets, world.identifiers, world.clock)
    return use_case(InviteMemberRequest(actor=actor, email=email, role=role))


def open_invitations(world: World, actor: Member) -> list[Invitation]:
    with world.units(snapshot=True) as uow:
        return uow.invitations.list(actor.organization_id, world.clock.now())


@pytest.mark.parametrize(("actor_role", "role"), MAY_INVITE)
def test_owners_invite_anybody_and_admins_all_but_owners(
    world: World, actor_role: Role, role: Role
) -> None:
    actor = world.member(world.organization(), actor_role)
    invited = invite(world, actor, "Grace@Example.com", role)
    assert open_invitations(world, actor) == [invited.invitation]
    assert (invited.invitation.email, invited.invitation.role) == ("grace@example.com", role)
    assert invited.invitation.invited_by == actor.user_id
    assert invited.invitation.expires_at == world.clock.now() + timedelta(days=7)


@pytest.mark.parametrize(
    ("actor_role", "role"),
    [(a, r) for a in Role for r in Role if (a, r) not in MAY_INVITE],
)
def test_nobody_invites_above_their_own_role(world: World, actor_role: Role, role: Role) -> None:
    actor = world.member(world.organization(), actor_role)
    with pytest.raises(Forbidden) as refusal:
        invite(world, actor, role=role)
    assert refusal.value.code == "role_required"
    assert open_invitations(world, actor) == []


def test_a_member_is_not_invited_again(world: World) -> None:
    acme = world.organization()
    owner, member = world.member(acme, Role.OWNER), world.member(acme)
    with pytest.raises(Conflict) as refusal:
        invite(world, owner, member.email.upper())
    assert refusal.value.code == "already_member"


def test_a_member_of_another_organization_may_be_invited(world: World) -> None:
    owner = world.member(world.organization(), Role.OWNER)
    elsewhere = world.member(world.organization())
    assert invite(world, owner, elsewhere.email).invitation.email == elsewhere.email


def test_a_new_invitation_replaces_the_earlier_one(world: World) -> None:
    owner = world.member(world.organization(), Role.OWNER)
    first, second = invite(world, owner), invite(world, owner, role=Role.ADMIN)
    assert open_invitations(world, owner) == [second.invitation]
    show = ShowInvitation(world.units, world.clock)
    with pytest.raises(NotFound):
        show(ShowInvitationRequest(token=first.token))
    assert show(ShowInvitationRequest(token=second.token)).invitation == second.invitation


def test_only_the_hash_of_the_token_is_kept(world: World) -> None:
    invited = invite(world, world.member(world.organization(), Role.OWNER))
    assert invited.token.encode() not in invited.invitation.token_hash
    assert invited.token not in repr(invited)


def test_only_an_owner_replaces_or_withdraws_an_invitation_that_makes_an_owner(
    world: World,
) -> None:
    acme = world.organization()
    owner, admin = world.member(acme, Role.OWNER), world.member(acme, Role.ADMIN)
    invited = invite(world, owner, role=Role.OWNER)
    remove = RemoveMember(world.units, world.clock)
    with pytest.raises(Forbidden):
        invite(world, admin, role=Role.MEMBER)
    with pytest.raises(Forbidden):
        remove(RemoveMemberRequest(actor=admin, email="grace@example.com"))
    assert open_invitations(world, admin) == [invited.invitation]
    remove(RemoveMemberRequest(actor=owner, email="grace@example.com"))
    assert open_invitations(world, admin) == []
