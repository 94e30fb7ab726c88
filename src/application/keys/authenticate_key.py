"""Which organization a program's key belongs to."""

from dataclasses import dataclass, field

from application.ports.clock import Clock
from application.ports.unit_of_work import UnitsOfWork
from domain.api_key import ApiKey, Scope, is_well_formed
from domain.errors import Forbidden, Unauthenticated
from domain.secret import hash_secret


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthenticateKeyRequest:
    secret: str = field(repr=False)
    scope: Scope


class AuthenticateKey:
    """Find the usable key behind a secret. Nothing is cached, so a revocation holds at once.

    Raises:
        Unauthenticated: ``invalid_api_key``: malformed, unknown, revoked or expired.
        Forbidden: ``missing_scope``.
    """

    def __init__(self, units_of_work: UnitsOfWork, clock: Clock) -> None:
        self._units_of_work = units_of_work
        self._clock = clock

    def __call__(self, request: AuthenticateKeyRequest) -> ApiKey:
        if not is_well_formed(request.secret):
            raise _refused()
        now = self._clock.now()
        with self._units_of_work() as uow:
            key = uow.api_keys.find_by_secret_hash(hash_secret(request.secret))
            if key is None or not key.is_usable_at(now):
                raise _refused()
            if request.scope not in key.scopes:
                raise Forbidden(
                    f"This key lacks the scope '{request.scope}'.", code="missing_scope"
                )
            if not key.used_recently(now):
                uow.api_keys.mark_used(key.organization_id, key.id, now)
                uow.commit()
        return key


def _refused() -> Unauthenticated:
    return Unauthenticated("The API key is not valid.", code="invalid_api_key")
