"""An owner or admin changes what a member may do."""

from dataclasses import dataclass

from application.ports.unit_of_work import UnitsOfWork
from domain.errors import NotFound
from domain.organization import Member, Role, check_may_assign, check_owner_remains


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeMemberRoleRequest:
    actor: Member
    email: str
    role: Role


class ChangeMemberRole:
    """Give a member another role, which holds from their next request on.

    - Only an owner makes an owner or changes one; one owner always remains.

    Raises:
        NotFound: nobody in the organization has this e-mail address.
        Forbidden: ``role_required``.
        Conflict: ``last_owner``.
    """

    def __init__(self, units_of_work: UnitsOfWork) -> None:
        self._units_of_work = units_of_work

    def __call__(self, request: ChangeMemberRoleRequest) -> Member:
        organization_id = request.actor.organization_id
        with self._units_of_work() as uow:
            owners = uow.members.count_owners_for_update(organization_id)
            member = uow.members.find(organization_id, request.email.lower())
            if member is None:
                raise NotFound("There is no such member.")
            check_may_assign(request.actor.role, member.role, request.role)
            if member.role is Role.OWNER and request.role is not Role.OWNER:
                check_owner_remains(owners - 1)
            uow.members.set_role(organization_id, member.user_id, request.role)
            uow.commit()
        return member.with_role(request.role)
