"""What an invitation allows, and who may take one back; shared by several use cases."""

from datetime import datetime

from application.ports.unit_of_work import UnitOfWork
from domain.errors import Forbidden, NotFound
from domain.organization import Invitation, Member, check_may_assign
from domain.secret import hash_secret
from domain.user import User


def check_invitation(uow: UnitOfWork, email: str, token: str, now: datetime) -> Invitation:
    """The open invitation of ``token`` for this address.

    Raises:
        NotFound: unknown, used, withdrawn or expired.
        Forbidden: it was sent to another address (``invitation_for_another``).
    """
    return _checked(uow.invitations.find_by_token_hash(hash_secret(token)), email, now)


def join(uow: UnitOfWork, user: User, token: str, now: datetime) -> Member:
    """Use the invitation up and make the user a member; raises as ``check_invitation``."""
    taken = uow.invitations.take_by_token_hash(hash_secret(token))
    invitation = _checked(taken, user.email, now)
    member = Member(
        organization_id=invitation.organization_id,
        user_id=user.id,
        email=user.email,
        name=user.name,
        role=invitation.role,
        joined_at=now,
    )
    uow.members.add(invitation.organization_id, member)
    return member


def check_may_withdraw(uow: UnitOfWork, actor: Member, email: str, now: datetime) -> None:
    """Only an owner takes back what would make an owner.

    Raises:
        Forbidden: ``role_required``.
    """
    for invitation in uow.invitations.list(actor.organization_id, now):
        if invitation.email == email:
            check_may_assign(actor.role, invitation.role)


def _checked(invitation: Invitation | None, email: str, now: datetime) -> Invitation:
    if invitation is None or not invitation.is_open_at(now):
        raise NotFound("This invitation is not valid any more. Ask for a new one.")
    if invitation.email != email:
        raise Forbidden(
            "This invitation was sent to another e-mail address.", code="invitation_for_another"
        )
    return invitation
