"""An organization looks at its people."""

from dataclasses import dataclass

from application.ports.clock import Clock
from application.ports.unit_of_work import UnitsOfWork
from domain.organization import Invitation, Member


@dataclass(frozen=True, slots=True, kw_only=True)
class ListMembersRequest:
    """``after`` is the e-mail address that the page before ended with."""

    organization_id: str
    after: str | None = None
    limit: int = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """Members and open invitations, each by e-mail address.

    ``next`` is the address to go on behind, None on the last page.
    """

    members: tuple[Member, ...]
    invitations: tuple[Invitation, ...]
    next: str | None


class ListMembers:
    """Who belongs to the organization, and who was asked to."""

    def __init__(self, units_of_work: UnitsOfWork, clock: Clock) -> None:
        self._units_of_work = units_of_work
        self._clock = clock

    def __call__(self, request: ListMembersRequest) -> People:
        found = self._found(request)
        shown = found[: request.limit]
        return People(
            members=tuple(each for each in shown if isinstance(each, Member)),
            invitations=tuple(each for each in shown if isinstance(each, Invitation)),
            next=shown[-1].email if len(found) > request.limit else None,
        )

    def _found(self, request: ListMembersRequest) -> list[Member | Invitation]:
        """Everybody behind ``after``, at least one more than a page holds where there are more."""
        after, organization_id = request.after or "", request.organization_id
        with self._units_of_work() as uow:
            members = uow.members.list(organization_id, after=after, limit=request.limit + 1)
            invitations = uow.invitations.list(organization_id, self._clock.now())
        invited = [each for each in invitations if each.email > after]
        return sorted([*members, *invited], key=lambda each: each.email)
