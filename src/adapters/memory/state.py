"""Everything that is stored, as tables of immutable domain objects."""

from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import NamedTuple

from domain.alert import Alert
from domain.api_key import ApiKey
from domain.budget import Budget
from domain.budget_version import BudgetVersion
from domain.channel import Channel
from domain.delivery import Delivery
from domain.event import Event
from domain.model_answers import ModelAnswer
from domain.organization import Invitation, Member, Organization
from domain.pricing.pricing_terms import Entry
from domain.pricing.stored_book import StoredBook
from domain.pricing.terms import Terms
from domain.repricing import Repricing
from domain.reservation import Reservation
from domain.session import Session
from domain.spending import Spending
from domain.user import User


class AttemptWindow(NamedTuple):
    """How many attempts a bucket has seen since ``began_at``."""

    attempts: int
    began_at: datetime


class MergedEvent(NamedTuple):
    """A report that was merged into a stored event, by the id of that."""

    into: str
    fingerprint: bytes


@dataclass(frozen=True, slots=True)
class State:
    """One table per port. Keys are ids, hashes, or pairs that begin with an organization's id."""

    users: dict[str, User] = field(default_factory=dict)
    sessions: dict[bytes, Session] = field(default_factory=dict)
    sign_in_attempts: dict[bytes, AttemptWindow] = field(default_factory=dict)
    organizations: dict[str, Organization] = field(default_factory=dict)
    #: By user, because a user is a member of at most one organization.
    members: dict[str, Member] = field(default_factory=dict)
    invitations: dict[tuple[str, str], Invitation] = field(default_factory=dict)
    api_keys: dict[tuple[str, str], ApiKey] = field(default_factory=dict)
    events: dict[tuple[str, str], Event] = field(default_factory=dict)
    merged_events: dict[tuple[str, str], MergedEvent] = field(default_factory=dict)
    budgets: dict[tuple[str, str], Budget] = field(default_factory=dict)
    budget_revisions: dict[str, int] = field(default_factory=dict)
    model_answers: dict[str, set[ModelAnswer]] = field(default_factory=dict)
    budget_versions: dict[tuple[str, str, int], BudgetVersion] = field(default_factory=dict)
    ledger: dict[tuple[str, str, datetime], Spending] = field(default_factory=dict)
    reservations: dict[tuple[str, str], Reservation] = field(default_factory=dict)
    alerts: dict[tuple[str, str], Alert] = field(default_factory=dict)
    channels: dict[tuple[str, str], Channel] = field(default_factory=dict)
    deliveries: dict[tuple[str, str], Delivery] = field(default_factory=dict)
    #: Until when somebody may be sending to a channel.
    sending: dict[tuple[str, str], datetime] = field(default_factory=dict)
    pricing_terms: dict[tuple[str, str], Entry[Terms]] = field(default_factory=dict)
    pricing_revisions: dict[str, int] = field(default_factory=dict)
    repricings: dict[tuple[str, str], Repricing] = field(default_factory=dict)
    price_books: dict[str, StoredBook] = field(default_factory=dict)
    #: Price books that were noted, and when.
    books: dict[str, datetime] = field(default_factory=dict)

    def copy(self) -> "State":
        """The same rows in tables of their own."""
        return State(*(dict(getattr(self, table.name)) for table in fields(self)))
