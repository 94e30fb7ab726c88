"""A small world in memory, with people and organizations already in it."""

from dataclasses import dataclass, field

from adapters.memory.clock import ManualClock
from adapters.memory.identifiers import SequentialIdentifiers
from adapters.memory.ingestion_meter import InMemoryIngestionMeter
from adapters.memory.passwords import PlainPasswords
from adapters.memory.secrets import SequentialSecrets
from adapters.memory.unit_of_work import InMemoryUnitsOfWork
from application.budgets.budget_books import BudgetBooks
from application.budgets.keep_ledger import KeepLedger
from application.budgets.learn_model_answers import LearnModelAnswers
from application.budgets.raise_alerts import RaiseAlerts
from domain.api_key import ApiKey
from domain.event import Event
from domain.organization import Invitation, Member, Organization, Role
from domain.secret import hash_secret
from domain.user import User
from tests.builders import (
    NOW,
    a_member,
    a_session,
    a_user,
    an_api_key,
    an_invitation,
    an_organization,
)


@dataclass(frozen=True, slots=True)
class World:
    """The shipped adapters in memory, and what a test finds stored when it begins."""

    units: InMemoryUnitsOfWork = field(default_factory=InMemoryUnitsOfWork)
    clock: ManualClock = field(default_factory=lambda: ManualClock(NOW))
    secrets: SequentialSecrets = field(default_factory=SequentialSecrets)
    identifiers: SequentialIdentifiers = field(default_factory=SequentialIdentifiers)
    meter: InMemoryIngestionMeter = field(default_factory=InMemoryIngestionMeter)
    passwords: PlainPasswords = field(default_factory=PlainPasswords)
    keep_ledger: KeepLedger = field(init=False)
    learn_model_answers: LearnModelAnswers = field(init=False)

    def __post_init__(self) -> None:
        keep_ledger = KeepLedger(BudgetBooks(), RaiseAlerts(self.identifiers))
        object.__setattr__(self, "keep_ledger", keep_ledger)
        object.__setattr__(self, "learn_model_answers", LearnModelAnswers(self.units))

    def user(self, user: User | None = None) -> User:
        user = user or a_user()
        with self.units() as uow:
            uow.users.add(user)
            uow.commit()
        return user

    def session(self, user: User, token: str) -> str:
        with self.units() as uow:
            uow.sessions.add(a_session(user, token_hash=hash_secret(token)))
            uow.commit()
        return token

    def organization(self, organization: Organization | None = None) -> Organization:
        organization = organization or an_organization()
        with self.units() as uow:
            uow.organizations.add(organization)
            uow.commit()
        return organization

    def member(self, organization: Organization, role: Role = Role.MEMBER) -> Member:
        member = a_member(organization, self.user(), role=role)
        with self.units() as uow:
            uow.members.add(organization.id, member)
            uow.commit()
        return member

    def invitation(
        self, organization: Organization, email: str, token: str, role: Role = Role.MEMBER
    ) -> Invitation:
        invitation = an_invitation(
            organization, email=email, token_hash=hash_secret(token), role=role
        )
        with self.units() as uow:
            uow.invitations.put(organization.id, invitation)
            uow.commit()
        return invitation

    def key(self, key: ApiKey | None = None) -> ApiKey:
        key = key or an_api_key(self.organization())
        with self.units() as uow:
            uow.api_keys.add(key.organization_id, key)
            uow.commit()
        return key

    def events(self, *events: Event) -> None:
        with self.units() as uow:
            for event in events:
                uow.events.append(event.organization_id, [event])
            uow.commit()

    def has_session(self, token: str) -> bool:
        with self.units(snapshot=True) as uow:
            return uow.sessions.find_signed_in(hash_secret(token)) is not None

    def stored_user(self, email: str) -> User | None:
        with self.units(snapshot=True) as uow:
            return uow.users.find_by_email(email)

    def membership(self, user_id: str) -> Member | None:
        with self.units(snapshot=True) as uow:
            return uow.members.find_by_user(user_id)
