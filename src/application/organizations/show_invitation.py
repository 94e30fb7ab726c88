"""Somebody opens an invitation link."""

from dataclasses import dataclass, field

from application.ports.clock import Clock
from application.ports.unit_of_work import UnitsOfWork
from domain.errors import NotFound
from domain.organization import Invitation, Organization
from domain.secret import hash_secret


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowInvitationRequest:
    token: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownInvitation:
    """What the page of an invitation says."""

    invitation: Invitation
    organization: Organization


class ShowInvitation:
    """Tell whoever holds the link which organization it leads to, and for whom it is.

    Raises:
        NotFound: unknown, used, withdrawn or expired.
    """

    def __init__(self, units_of_work: UnitsOfWork, clock: Clock) -> None:
        self._units_of_work = units_of_work
        self._clock = clock

    def __call__(self, request: ShowInvitationRequest) -> ShownInvitation:
        with self._units_of_work() as uow:
            invitation = uow.invitations.find_by_token_hash(hash_secret(request.token))
            if invitation is None or not invitation.is_open_at(self._clock.now()):
                raise NotFound("This invitation is not valid any more. Ask for a new one.")
            organization = uow.organizations.get(invitation.organization_id)
        if organization is None:
            raise NotFound("This invitation is not valid any more. Ask for a new one.")
        return ShownInvitation(invitation=invitation, organization=organization)
