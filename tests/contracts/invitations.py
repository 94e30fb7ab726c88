"""What every store of invitations promises."""

from datetime import timedelta

import pytest

from application.ports.unit_of_work import UnitsOfWork
from domain.organization import Invitation, Organization, Role
from tests.builders import NOW, a_hash, an_invitation
from tests.contracts.concurrency import at_once
from tests.contracts.tenants import a_stored_organization


class InvitationRepositoryContract:
    """Inherit where a fixture ``units_of_work`` gives an empty store."""

    @pytest.fixture
    def organization(self, units_of_work: UnitsOfWork) -> Organization:
        return a_stored_organization(units_of_work)

    @pytest.fixture
    def other(self, units_of_work: UnitsOfWork) -> Organization:
        return a_stored_organization(units_of_work)

    def test_an_invitation_comes_back_as_stored(
        self, units_of_work: UnitsOfWork, organization: Organization
    ) -> None:
        invitation = put(units_of_work, an_invitation(organization, role=Role.OWNER))
        with units_of_work() as uow:
            assert uow.invitations.list(organization.id, NOW) == [invitation]
            assert uow.invitations.find_by_token_hash(invitation.token_hash) == invitation

    def test_a_new_invitation_takes_the_place_of_the_one_before(
        self, units_of_work: UnitsOfWork, organization: Organization
    ) -> None:
        first = put(units_of_work, an_invitation(organization))
        later = NOW + timedelta(days=1)
        second = put(
            units_of_work,
            an_invitation(organization, email=first.email, role=Role.ADMIN, created_at=later),
        )
        with units_of_work() as uow:
            assert uow.invitations.list(organization.id, NOW) == [second]
            assert uow.invitations.find_by_token_hash(first.token_hash) is None

    def test_two_organizations_may_invite_the_same_address(
        self, units_of_work: UnitsOfWork, organization: Organization, other: Organization
    ) -> None:
        here = put(units_of_work, an_invitation(organization))
        there = put(units_of_work, an_invitation(other, email=here.email))
        with units_of_work() as uow:
            assert uow.invitations.list(organization.id, NOW) == [here]
            assert uow.invitations.list(other.id, NOW) == [there]

    def test_open_ones_are_listed_by_the_bytes_of_their_address(
        self, units_of_work: UnitsOfWork, organization: Organization
    ) -> None:
        ordered = ["_@example.com", "a-b@example.com", "a.b@example.com", "ab@x.com", "é@x.com"]
        for email in reversed(ordered):
            put(units_of_work, an_invitation(organization, email=email))
        put(units_of_work, an_invitation(organization, expires_at=NOW))
        with units_of_work() as uow:
            found = uow.invitations.list(organization.id, NOW)
        assert [invitation.email for invitation in found] == ordered

    def test_only_its_own_organization_can_withdraw_an_invitation(
        self, units_of_work: UnitsOfWork, organization: Organization, other: Organization
    ) -> None:
        invitation = put(units_of_work, an_invitation(organization))
        with units_of_work() as uow:
            assert not uow.invitations.remove(other.id, invitation.email)
            assert uow.invitations.remove(organization.id, invitation.email)
            assert not uow.invitations.remove(organization.id, invitation.email)
            assert uow.invitations.find_by_token_hash(invitation.token_hash) is None

    @pytest.mark.parametrize("email", ["nobody@example.com", "", "\0", "\ud800"])
    def test_any_text_may_be_withdrawn_as_an_address(
        self, units_of_work: UnitsOfWork, organization: Organization, email: str
    ) -> None:
        invitation = put(units_of_work, an_invitation(organization))
        with units_of_work() as uow:
            assert not uow.invitations.remove(organization.id, email)
            assert uow.invitations.list(organization.id, NOW) == [invitation]

    def test_an_expired_invitation_is_found_and_taken_like_any_other(
        self, units_of_work: UnitsOfWork, organization: Organization
    ) -> None:
        invitation = put(units_of_work, an_invitation(organization, expires_at=NOW))
        with units_of_work() as uow:
            assert uow.invitations.find_by_token_hash(invitation.token_hash) == invitation
            assert uow.invitations.take_by_token_hash(invitation.token_hash) == invitation

    def test_an_invitation_is_taken_once(
        self, units_of_work: UnitsOfWork, organization: Organization
    ) -> None:
        invitation = put(units_of_work, an_invitation(organization))
        with units_of_work() as uow:
            assert uow.invitations.take_by_token_hash(a_hash()) is None
            assert uow.invitations.take_by_token_hash(invitation.token_hash) == invitation
            assert uow.invitations.take_by_token_hash(invitation.token_hash) is None
            assert uow.invitations.list(organization.id, NOW) == []

    def test_of_several_who_take_an_invitation_at_once_one_gets_it(
        self, units_of_work: UnitsOfWork, organization: Organization
    ) -> None:
        invitation = put(units_of_work, an_invitation(organization))

        def take(_: int) -> Invitation | None:
            with units_of_work() as uow:
                taken = uow.invitations.take_by_token_hash(invitation.token_hash)
                uow.commit()
            return taken

        winners = [taken for taken in at_once(8, take) if taken is not None]
        assert winners == [invitation]

    def test_who_takes_an_invitation_and_fails_leaves_it_to_the_next(
        self, units_of_work: UnitsOfWork, organization: Organization
    ) -> None:
        invitation = put(units_of_work, an_invitation(organization))
        for _ in range(2):
            with units_of_work() as uow:
                assert uow.invitations.take_by_token_hash(invitation.token_hash) == invitation

    def test_an_invitation_is_purged_from_the_moment_it_ends(
        self, units_of_work: UnitsOfWork, organization: Organization, other: Organization
    ) -> None:
        put(units_of_work, an_invitation(organization, expires_at=NOW))
        put(units_of_work, an_invitation(other, expires_at=NOW - timedelta(days=1)))
        lasting = put(
            units_of_work,
            an_invitation(organization, expires_at=NOW + timedelta(microseconds=1)),
        )
        with units_of_work() as uow:
            assert uow.invitations.delete_expired(NOW) == 2
            assert uow.invitations.delete_expired(NOW) == 0
            assert uow.invitations.list(organization.id, NOW) == [lasting]


def put(units_of_work: UnitsOfWork, invitation: Invitation) -> Invitation:
    with units_of_work() as uow:
        uow.invitations.put(invitation.organization_id, invitation)
        uow.commit()
    return invitation
