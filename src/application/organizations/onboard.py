"""A user creates their organization."""

from dataclasses import dataclass

from application.keys.create_key import CreatedKey, new_key
from application.ports.clock import Clock
from application.ports.identifiers import Identifiers
from application.ports.secrets import Secrets
from application.ports.unit_of_work import UnitOfWork, UnitsOfWork
from domain.api_key import Scope
from domain.errors import Conflict
from domain.organization import Member, Organization, Role, slug_of
from domain.text import check_name
from domain.user import User

DEFAULT_KEY_NAME = "Default key"
_SLUG_TRIES = 5
_MOST_NUMBERED = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class OnboardRequest:
    user: User
    organization_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Onboarded:
    """The new organization, the user's role in it, and its first key with the secret."""

    organization: Organization
    role: Role
    created_key: CreatedKey


class Onboard:
    """Create an organization with the user as its owner and a default key that ingests.

    - A user belongs to at most one organization.
    - The slug comes from the name, with a number where somebody else has it, and with random
      characters where somebody takes it at the same moment.

    Raises:
        Conflict: ``already_onboarded``.
        Invalid: the name is empty or longer than 100 characters.
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

    def __call__(self, request: OnboardRequest) -> Onboarded:
        name = check_name(request.organization_name, "/organization_name")
        for attempt in range(_SLUG_TRIES):
            try:
                return self._create(request.user, name, is_contested=attempt > 0)
            except Conflict as conflict:
                # Somebody took the same slug at the same moment: choose again.
                if conflict.code != "slug_taken" or attempt == _SLUG_TRIES - 1:
                    raise
        raise AssertionError("the last attempt returns or raises")

    def _create(self, user: User, name: str, *, is_contested: bool) -> Onboarded:
        now = self._clock.now()
        with self._units_of_work() as uow:
            if uow.members.find_by_user(user.id) is not None:
                raise Conflict("You have an organization already.", code="already_onboarded")
            # Rivals would choose the same number again and again.
            slug = None if is_contested else _free_slug(uow, name)
            slug = slug or self._random_slug(name)
            organization = Organization(
                id=self._identifiers.new(), name=name, slug=slug, created_at=now
            )
            uow.organizations.add(organization)
            uow.members.add(organization.id, _owner(organization, user))
            created = new_key(
                organization_id=organization.id,
                name=DEFAULT_KEY_NAME,
                scopes=frozenset({Scope.INGEST}),
                created_by=user.id,
                body=self._secrets.base62,
                id=self._identifiers.new(),
                now=now,
            )
            uow.api_keys.add(organization.id, created.key)
            uow.commit()
        return Onboarded(organization=organization, role=Role.OWNER, created_key=created)

    def _random_slug(self, name: str) -> str:
        return _with_suffix(slug_of(name), self._secrets.base62(6).lower())


def _owner(organization: Organization, user: User) -> Member:
    return Member(
        organization_id=organization.id,
        user_id=user.id,
        email=user.email,
        name=user.name,
        role=Role.OWNER,
        joined_at=organization.created_at,
    )


def _free_slug(uow: UnitOfWork, name: str) -> str | None:
    """The name's slug, bare or with a low number; None where all of those are taken."""
    wanted = slug_of(name)
    numbered = (_with_suffix(wanted, str(number)) for number in range(2, _MOST_NUMBERED + 1))
    free = filter(uow.organizations.is_slug_free, (wanted, *numbered))
    return next(free, None)


def _with_suffix(slug: str, suffix: str) -> str:
    return f"{slug[:40].rstrip('-')}-{suffix}"
