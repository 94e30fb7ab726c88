"""Which organization a program's key belongs to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from application.ports.clock import Clock
from application.ports.unit_of_work import UnitsOfWork
from application.together import Together
from domain.api_key import ApiKey, Scope, is_well_formed
from domain.errors import Forbidden, Unauthenticated
from domain.secret import hash_secret


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthenticateKeyRequest:
    secret: str = field(repr=False)
    scope: Scope


class AuthenticateKey:
    """Find the usable key behind a secret.

    - Nothing is cached, so a revocation holds at once.
    - Requests that come at once are looked up together, each key once.

    Raises:
        Unauthenticated: ``invalid_api_key``: malformed, unknown, revoked or expired.
        Forbidden: ``missing_scope``.
    """

    def __init__(self, units_of_work: UnitsOfWork, clock: Clock) -> None:
        self._units_of_work = units_of_work
        self._clock = clock
        self._find_together = Together(self._find)

    def __call__(self, request: AuthenticateKeyRequest) -> ApiKey:
        if not is_well_formed(request.secret):
            raise _refused()
        key = self._find_together((hash_secret(request.secret), request.scope))
        if key is None:
            raise _refused()
        if request.scope not in key.scopes:
            raise Forbidden(f"This key lacks the scope '{request.scope}'.", code="missing_scope")
        return key

    def _find(self, asked: Sequence[tuple[bytes, Scope]]) -> list[ApiKey | None]:
        """The usable key of each hash, or None; a use of it in its scopes is remembered."""
        now, found = self._clock.now(), dict[bytes, ApiKey | None]()
        used: dict[str, ApiKey] = {}
        with self._units_of_work.look() as uow:
            for secret_hash, scope in asked:
                if secret_hash not in found:
                    key = uow.api_keys.find_by_secret_hash(secret_hash)
                    found[secret_hash] = key if key and key.is_usable_at(now) else None
                key = found[secret_hash]
                if key is not None and scope in key.scopes and not key.used_recently(now):
                    used[key.id] = key
        if used:
            self._mark(used, now)
        return [found[secret_hash] for secret_hash, _ in asked]

    def _mark(self, used: Mapping[str, ApiKey], now: datetime) -> None:
        with self._units_of_work() as uow:
            # In the order of ids, so that two transactions wait and never deadlock.
            for _, key in sorted(used.items()):
                uow.api_keys.mark_used(key.organization_id, key.id, now)
            uow.commit()


def _refused() -> Unauthenticated:
    return Unauthenticated("The API key is not valid.", code="invalid_api_key")
