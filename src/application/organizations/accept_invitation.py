"""A user who has an account follows an invitation."""

from dataclasses import dataclass, field

from application.organizations.joining import check_invitation, join
from application.ports.clock import Clock
from application.ports.unit_of_work import UnitsOfWork
from domain.errors import Conflict
from domain.organization import Member
from domain.user import User


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptInvitationRequest:
    user: User
    token: str = field(repr=False)


class AcceptInvitation:
    """Join the organization that sent the invitation.

    Raises:
        Conflict: ``already_onboarded``, the user belongs to an organization.
        NotFound: unknown, used, withdrawn or expired.
        Forbidden: ``invitation_for_another``.
    """

    def __init__(self, units_of_work: UnitsOfWork, clock: Clock) -> None:
        self._units_of_work = units_of_work
        self._clock = clock

    def __call__(self, request: AcceptInvitationRequest) -> Member:
        with self._units_of_work() as uow:
            check_invitation(uow, request.user.email, request.token, self._clock.now())
            if uow.members.find_by_user(request.user.id) is not None:
                raise Conflict("You belong to an organization already.", code="already_onboarded")
            member = join(uow, request.user, request.token, self._clock.now())
            uow.commit()
        return member
