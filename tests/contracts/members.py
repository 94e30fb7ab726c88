"""What every store of members promises."""

from dataclasses import replace
from threading import Event, Thread

import pytest

from application.ports.unit_of_work import UnitsOfWork
from domain.errors import Conflict
from domain.organization import Member, Organization, Role
from tests.builders import NOW, a_member, a_user, an_id
from tests.contracts.tenants import a_stored_organization


class MemberRepositoryContract:
    """Inherit where a fixture ``units_of_work`` gives an empty store."""

    @pytest.fixture
    def organization(self, units_of_work: UnitsOfWork) -> Organization:
        return a_stored_organization(units_of_work)

    @pytest.fixture
    def other(self, units_of_work: UnitsOfWork) -> Organization:
        return a_stored_organization(units_of_work)

    def test_a_member_is_found_by_user_and_by_address(
        self, units_of_work: UnitsOfWork, organization: Organization
    ) -> None:
        member = joined(units_of_work, organization, name=None, role=Role.ADMIN)
        with units_of_work() as uow:
            assert uow.members.find_by_user(member.user_id) == member
            assert uow.members.find(organization.id, member.email) == member

    @pytest.mark.parametrize("email", ["nobody@example.com", "", "\0", "\ud800"])
    def test_any_text_may_be_looked_up_as_an_address(
        self, units_of_work: UnitsOfWork, organization: Organization, email: str
    ) -> None:
        joined(units_of_work, organization)
        with units_of_work() as uow:
            assert uow.members.find(organization.id, email) is None
            assert uow.members.find_by_user(an_id()) is None

    def test_another_organization_does_not_know_a_member(
        self, units_of_work: UnitsOfWork, organization: Organization, other: Organization
    ) -> None:
        member = joined(units_of_work, organization, role=Role.OWNER)
        with units_of_work() as uow:
            assert uow.members.find(other.id, member.email) is None
            assert uow.members.list(other.id) == []
            assert uow.members.count_owners_for_update(other.id) == 0
            uow.members.set_role(other.id, member.user_id, Role.MEMBER)
            uow.members.remove(other.id, member.user_id)
            uow.commit()
        with units_of_work() as uow:
            assert uow.members.find_by_user(member.user_id) == member

    def test_a_user_is_in_one_organization_at_most(
        self, units_of_work: UnitsOfWork, organization: Organization, other: Organization
    ) -> None:
        member = joined(units_of_work, organization)
        for wanted in (organization, other):
            with pytest.raises(Conflict) as caught, units_of_work() as uow:
                uow.members.add(wanted.id, replace(member, organization_id=wanted.id))
            assert caught.value.code == "already_member"

    def test_a_member_shows_the_name_that_the_user_has_now(
        self, units_of_work: UnitsOfWork, organization: Organization
    ) -> None:
        member = joined(units_of_work, organization)
        with units_of_work() as uow:
            user = uow.users.get(member.user_id)
            assert user is not None
            uow.users.update(replace(user, name="Countess"))
            uow.commit()
        with units_of_work() as uow:
            assert uow.members.list(organization.id) == [replace(member, name="Countess")]

    def test_members_are_listed_by_the_bytes_of_their_address(
        self, units_of_work: UnitsOfWork, organization: Organization
    ) -> None:
        ordered = ["_@example.com", "a-b@example.com", "a.b@example.com", "ab@x.com", "é@x.com"]
        for email in reversed(ordered):
            joined(units_of_work, organization, email=email)
        with units_of_work() as uow:
            everyone = uow.members.list(organization.id)
            first = uow.members.list(organization.id, limit=2)
            rest = uow.members.list(organization.id, after=first[-1].email)
        assert [member.email for member in everyone] == ordered
        assert first + rest == everyone

    def test_a_role_can_be_changed(
        self, units_of_work: UnitsOfWork, organization: Organization
    ) -> None:
        member = joined(units_of_work, organization)
        with units_of_work() as uow:
            uow.members.set_role(organization.id, member.user_id, Role.OWNER)
            uow.commit()
        with units_of_work() as uow:
            assert uow.members.find_by_user(member.user_id) == member.with_role(Role.OWNER)

    def test_a_removed_member_is_a_user_still_and_may_join_again(
        self, units_of_work: UnitsOfWork, organization: Organization, other: Organization
    ) -> None:
        member = joined(units_of_work, organization)
        with units_of_work() as uow:
            uow.members.remove(organization.id, member.user_id)
            assert uow.members.find_by_user(member.user_id) is None
            assert uow.users.get(member.user_id) is not None
            uow.members.add(other.id, replace(member, organization_id=other.id))
            assert uow.members.find(other.id, member.email) is not None

    def test_only_owners_are_counted_as_owners(
        self, units_of_work: UnitsOfWork, organization: Organization, other: Organization
    ) -> None:
        for role in (Role.OWNER, Role.OWNER, Role.ADMIN, Role.MEMBER):
            joined(units_of_work, organization, role=role)
        joined(units_of_work, other, role=Role.OWNER)
        with units_of_work() as uow:
            assert uow.members.count_owners_for_update(organization.id) == 2

    def test_who_counts_the_owners_keeps_others_from_counting_until_the_end(
        self, units_of_work: UnitsOfWork, organization: Organization
    ) -> None:
        first = joined(units_of_work, organization, role=Role.OWNER)
        joined(units_of_work, organization, role=Role.OWNER)
        counted: list[int] = []
        done = Event()

        def count_too() -> None:
            with units_of_work() as uow:
                counted.append(uow.members.count_owners_for_update(organization.id))
            done.set()

        thread = Thread(target=count_too)
        with units_of_work() as uow:
            assert uow.members.count_owners_for_update(organization.id) == 2
            thread.start()
            assert not done.wait(timeout=0.3)
            uow.members.set_role(organization.id, first.user_id, Role.ADMIN)
            uow.commit()
        thread.join(timeout=30)
        assert counted == [1]


def joined(
    units_of_work: UnitsOfWork,
    organization: Organization,
    *,
    role: Role = Role.MEMBER,
    **of_user: str | None,
) -> Member:
    """Store a user and make them a member."""
    user = a_user(**of_user)
    member = a_member(organization, user, role=role, joined_at=NOW.replace(microsecond=999_999))
    with units_of_work() as uow:
        uow.users.add(user)
        uow.members.add(organization.id, member)
        uow.commit()
    return member
