"""An owner or admin lets somebody go."""

from dataclasses import dataclass

from application.organizations.joining import check_may_withdraw
from application.ports.clock import Clock
from application.ports.unit_of_work import UnitOfWork, UnitsOfWork
from domain.errors import NotFound
from domain.organization import Member, Role, check_may_assign, check_owner_remains


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveMemberRequest:
    actor: Member
    email: str


class RemoveMember:
    """End a membership, or withdraw an open invitation to that address.

    - The person sees nothing of the organization from their next request on.
    - Keys they made stay: programs run on them.
    - Only an owner removes an owner, or withdraws an invitation that would make one; one owner
      always remains.

    Raises:
        NotFound: neither a member nor an invitation has this e-mail address.
        Forbidden: ``role_required``.
        Conflict: ``last_owner``.
    """

    def __init__(self, units_of_work: UnitsOfWork, clock: Clock) -> None:
        self._units_of_work = units_of_work
        self._clock = clock

    def __call__(self, request: RemoveMemberRequest) -> None:
        organization_id, email = request.actor.organization_id, request.email.lower()
        check_may_assign(request.actor.role)
        with self._units_of_work() as uow:
            owners = uow.members.count_owners_for_update(organization_id)
            member = uow.members.find(organization_id, email)
            if member is not None:
                _remove(uow, request.actor, member, owners)
            else:
                check_may_withdraw(uow, request.actor, email, self._clock.now())
                if not uow.invitations.remove(organization_id, email):
                    raise NotFound("There is no such member.")
            uow.commit()


def _remove(uow: UnitOfWork, actor: Member, member: Member, owners: int) -> None:
    check_may_assign(actor.role, member.role)
    if member.role is Role.OWNER:
        check_owner_remains(owners - 1)
    uow.members.remove(member.organization_id, member.user_id)
