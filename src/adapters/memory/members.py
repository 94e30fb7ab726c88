"""Members in memory."""

from collections.abc import Iterator
from dataclasses import replace

from adapters.memory.state import State
from application.ports.members import MemberRepository
from domain.errors import Conflict
from domain.organization import Member, Role


class InMemoryMemberRepository(MemberRepository):
    """The order of addresses is that of their code points, which is that of their bytes."""

    def __init__(self, state: State) -> None:
        self._members = state.members
        self._users = state.users

    def add(self, organization_id: str, member: Member) -> None:
        if member.user_id in self._members:
            raise Conflict(
                "This user is a member of an organization already.", code="already_member"
            )
        self._members[member.user_id] = replace(member, organization_id=organization_id)

    def find_by_user(self, user_id: str) -> Member | None:
        member = self._members.get(user_id)
        return None if member is None else self._with_name_of_user(member)

    def find(self, organization_id: str, email: str) -> Member | None:
        members = self._of(organization_id)
        return next((member for member in members if member.email == email), None)

    def list(
        self, organization_id: str, *, after: str | None = None, limit: int = 500
    ) -> list[Member]:
        members = sorted(self._of(organization_id), key=lambda member: member.email)
        return [member for member in members if after is None or member.email > after][:limit]

    def set_role(self, organization_id: str, user_id: str, role: Role) -> None:
        member = self._members.get(user_id)
        if member is not None and member.organization_id == organization_id:
            self._members[user_id] = member.with_role(role)

    def remove(self, organization_id: str, user_id: str) -> None:
        member = self._members.get(user_id)
        if member is not None and member.organization_id == organization_id:
            del self._members[user_id]

    def count_owners_for_update(self, organization_id: str) -> int:
        # Nothing to lock: no two units of work are open at once.
        return sum(member.role is Role.OWNER for member in self._of(organization_id))

    def _of(self, organization_id: str) -> Iterator[Member]:
        for member in self._members.values():
            if member.organization_id == organization_id:
                yield self._with_name_of_user(member)

    def _with_name_of_user(self, member: Member) -> Member:
        user = self._users.get(member.user_id)
        return member if user is None else replace(member, email=user.email, name=user.name)
