"""An organization ends a key."""

from dataclasses import dataclass

from application.ports.clock import Clock
from application.ports.unit_of_work import UnitsOfWork
from domain.errors import NotFound


@dataclass(frozen=True, slots=True, kw_only=True)
class RevokeKeyRequest:
    organization_id: str
    key_id: str


class RevokeKey:
    """Refuse a key from its next request on. Revoking again changes nothing.

    Raises:
        NotFound: the organization has no such key.
    """

    def __init__(self, units_of_work: UnitsOfWork, clock: Clock) -> None:
        self._units_of_work = units_of_work
        self._clock = clock

    def __call__(self, request: RevokeKeyRequest) -> None:
        with self._units_of_work() as uow:
            key = uow.api_keys.get(request.organization_id, request.key_id)
            if key is None:
                raise NotFound("There is no such key.")
            uow.api_keys.update(request.organization_id, key.revoked(self._clock.now()))
            uow.commit()
