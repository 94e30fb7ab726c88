"""A tenant, the people in it and what each of them may do."""

import re
import unicodedata
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from domain.errors import Conflict, Forbidden

INVITATION_LIFETIME = timedelta(days=7)


class Role(StrEnum):
    """What a member may do: owners everything, admins all but owners' matters, members read."""

    OWNER = "owner"
    ADMIN = "admin"
    MEMBER = "member"

    @property
    def may_manage(self) -> bool:
        """Whether keys, budgets and members may be changed."""
        return self is not Role.MEMBER


@dataclass(frozen=True, slots=True, kw_only=True)
class Organization:
    """``slug`` is unique among all organizations and never changes.

    Single calls are kept for ``retention_days``, or as long as the server keeps them. What was
    called before ``events_begin`` is gone but for its sums.
    """

    id: str
    name: str
    slug: str
    created_at: datetime
    retention_days: int | None = None
    events_begin: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One user's place in an organization. A user is a member of at most one."""

    organization_id: str
    user_id: str
    email: str
    name: str | None
    role: Role
    joined_at: datetime

    def with_role(self, role: Role) -> "Member":
        return replace(self, role=role)


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """A link, good once and for seven days, that lets one e-mail address join."""

    id: str
    organization_id: str
    email: str
    role: Role
    token_hash: bytes = field(repr=False)
    invited_by: str
    created_at: datetime
    expires_at: datetime

    def is_open_at(self, now: datetime) -> bool:
        return now < self.expires_at


def check_may_assign(actor: Role, *roles: Role) -> None:
    """Only an owner touches owners: their role, their removal, or making one.

    Raises:
        Forbidden: ``actor`` may not manage members, or one of ``roles`` is above it.
    """
    if not actor.may_manage or (Role.OWNER in roles and actor is not Role.OWNER):
        raise Forbidden("Only an owner may make, change or remove an owner.", code="role_required")


def check_owner_remains(owners_left: int) -> None:
    """Raises ``Conflict`` (``last_owner``) when a change would leave no owner."""
    if owners_left < 1:
        raise Conflict("An organization keeps at least one owner.", code="last_owner")


def slug_of(name: str) -> str:
    """A slug of 1 to 48 characters from a-z, 0-9 and hyphens; ``organization`` for want of any."""
    ascii_name = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    slug = re.sub(r"[^a-z0-9]+", "-", ascii_name.lower()).strip("-")
    return slug[:48].strip("-") or "organization"
