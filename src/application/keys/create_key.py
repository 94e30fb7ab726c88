"""An organization gets a key for its programs."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from application.ports.clock import Clock
from application.ports.identifiers import Identifiers
from application.ports.secrets import Secrets
from application.ports.unit_of_work import UnitsOfWork
from domain.api_key import BODY_LENGTH, PREFIX, ApiKey, Scope, secret_from
from domain.errors import Invalid
from domain.secret import hash_secret
from domain.text import check_name


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateKeyRequest:
    organization_id: str
    created_by: str
    name: str
    scopes: frozenset[Scope] = frozenset({Scope.INGEST})
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CreatedKey:
    """The stored key and its secret, which is shown this once."""

    key: ApiKey
    secret: str = field(repr=False)


class CreateKey:
    """Create a key; its secret is returned once and only its SHA-256 is kept.

    Raises:
        Invalid: no name, no scope, or an expiry that is not in the future.
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

    def __call__(self, request: CreateKeyRequest) -> CreatedKey:
        now = self._clock.now()
        if request.expires_at is not None and request.expires_at <= now:
            raise Invalid.at("/expires_at", "must be in the future", code="invalid_expiry")
        created = new_key(
            organization_id=request.organization_id,
            name=check_name(request.name, "/name"),
            scopes=request.scopes,
            created_by=request.created_by,
            body=self._secrets.base62,
            id=self._identifiers.new(),
            now=now,
            expires_at=request.expires_at,
        )
        with self._units_of_work() as uow:
            uow.api_keys.add(request.organization_id, created.key)
            uow.commit()
        return created


def new_key(
    *,
    organization_id: str,
    name: str,
    scopes: frozenset[Scope],
    created_by: str,
    body: Callable[[int], str],
    id: str,  # noqa: A002 - the field's name on a key
    now: datetime,
    expires_at: datetime | None = None,
) -> CreatedKey:
    """A key with a secret from ``body``, which makes that many random base62 characters.

    Raises:
        Invalid: there is no scope.
    """
    if not scopes:
        raise Invalid.at("/scopes", "must name at least one scope", code="invalid_scopes")
    secret = secret_from(body(BODY_LENGTH))
    key = ApiKey(
        id=id,
        organization_id=organization_id,
        name=name,
        secret_hash=hash_secret(secret),
        prefix=PREFIX,
        last_four=secret[-4:],
        scopes=scopes,
        created_by=created_by,
        created_at=now,
        expires_at=expires_at,
    )
    return CreatedKey(key=key, secret=secret)
