"""An organization looks at its people."""

from dataclasses import dataclass

from application.ports.clock import Clock
from application.ports.unit_of_work import UnitsOfWork
from domain.organization import Invitation, Member


@dataclass(frozen=True, slots=True, kw_only=True)
class ListMembersRequest:
    organization_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """Members and open invitations, each by e-mail address."""

    members: tuple[Member, ...]
    invitations: tuple[Invitation, ...]


class ListMembers:
    """Who belongs to the organization, and who was asked to."""

    def __init__(self, units_of_work: UnitsOfWork, clock: Clock) -> None:
        self._units_of_work = units_of_work
        self._clock = clock

    def __call__(self, request: ListMembersRequest) -> People:
        with self._units_of_work() as uow:
            return People(
                members=tuple(uow.members.list(request.organization_id)),
                invitations=tuple(uow.invitations.list(request.organization_id, self._clock.now())),
            )
