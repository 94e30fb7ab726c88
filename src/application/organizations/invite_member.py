"""An owner or admin asks somebody to join."""

from dataclasses import dataclass, field

from application.organizations.joining import check_may_withdraw
from application.ports.clock import Clock
from application.ports.identifiers import Identifiers
from application.ports.secrets import Secrets
from application.ports.unit_of_work import UnitsOfWork
from domain.errors import Conflict
from domain.organization import INVITATION_LIFETIME, Invitation, Member, Role, check_may_assign
from domain.phrases import Phrase
from domain.secret import hash_secret


@dataclass(frozen=True, slots=True, kw_only=True)
class InviteMemberRequest:
    actor: Member
    email: str
    role: Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Invited:
    """The invitation and the token for its link, which is shown this once."""

    invitation: Invitation
    token: str = field(repr=False)


class InviteMember:
    """Make a link, good once and for seven days, by which one e-mail address joins.

    - A new invitation to the same address replaces the earlier one.
    - Only an owner invites owners, or replaces an invitation that would make one.

    Raises:
        Forbidden: ``role_required``.
        Conflict: ``already_member``.
    """

    def __init__(
        self,
        units_of_work: UnitsOfWork,
        secrets: Secrets,
        identifiers: Identifiers,
        clock: Clock,
    ) -> None:
        self._units_of_work = units_of_work
        self._secrets = secrets
        self._identifiers = identifiers
        self._clock = clock

    def __call__(self, request: InviteMemberRequest) -> Invited:
        check_may_assign(request.actor.role, request.role)
        organization_id, email = request.actor.organization_id, request.email.lower()
        now, token = self._clock.now(), self._secrets.token()
        invitation = Invitation(
            id=self._identifiers.new(),
            organization_id=organization_id,
            email=email,
            role=request.role,
            token_hash=hash_secret(token),
            invited_by=request.actor.user_id,
            created_at=now,
            expires_at=now + INVITATION_LIFETIME,
        )
        with self._units_of_work() as uow:
            if uow.members.find(organization_id, email) is not None:
                detail = Phrase("%(email)s is a member already.", email=email)
                raise Conflict(detail, code="already_member")
            check_may_withdraw(uow, request.actor, email, now)
            uow.invitations.put(organization_id, invitation)
            uow.commit()
        return Invited(invitation=invitation, token=token)
