"""An organization looks at its people."""

from datetime import timedelta

from application.organizations.list_members import ListMembers, ListMembersRequest, People
from domain.organization import Organization, Role
from tests.unit.application.world import World


def people_of(world: World, organization: Organization) -> People:
    use_case = ListMembers(world.units, world.clock)
    return use_case(ListMembersRequest(organization_id=organization.id))


def test_members_and_open_invitations_are_listed_by_address(world: World) -> None:
    acme = world.organization()
    members = [world.member(acme, role) for role in Role]
    invitations = [world.invitation(acme, f"{name}@example.com", name) for name in ("z", "m")]
    people = people_of(world, acme)
    assert list(people.members) == sorted(members, key=lambda member: member.email)
    assert list(people.invitations) == invitations[::-1]


def test_an_expired_invitation_is_not_listed(world: World) -> None:
    acme = world.organization()
    world.invitation(acme, "grace@example.com", "token")
    world.clock.advance(timedelta(days=7))
    assert people_of(world, acme).invitations == ()


def test_other_organizations_people_are_not_listed(world: World) -> None:
    acme, other = world.organization(), world.organization()
    world.member(other)
    world.invitation(other, "grace@example.com", "token")
    assert people_of(world, acme) == People(members=(), invitations=(), next=None)


def test_pages_of_people_hold_everybody_once(world: World) -> None:
    acme = world.organization()
    expected = [world.member(acme, role).email for role in Role]
    expected += [world.invitation(acme, f"{name}@example.com", name).email for name in "zam"]
    seen: list[str] = []
    after: str | None = None
    while True:
        request = ListMembersRequest(organization_id=acme.id, after=after, limit=2)
        page = ListMembers(world.units, world.clock)(request)
        members = [each.email for each in page.members]
        seen += sorted(members + [each.email for each in page.invitations])
        after = page.next
        if after is None:
            break
    assert seen == sorted(expected)
