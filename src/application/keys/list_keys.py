"""An organization looks at its keys."""

from dataclasses import dataclass

from application.ports.unit_of_work import UnitsOfWork
from domain.api_key import ApiKey


@dataclass(frozen=True, slots=True, kw_only=True)
class ListKeysRequest:
    """``before`` is the id of the last key seen."""

    organization_id: str
    before: str | None = None
    limit: int = 50


class ListKeys:
    """Keys newest first, revoked ones among them, without their secrets."""

    def __init__(self, units_of_work: UnitsOfWork) -> None:
        self._units_of_work = units_of_work

    def __call__(self, request: ListKeysRequest) -> list[ApiKey]:
        with self._units_of_work() as uow:
            return uow.api_keys.list(
                request.organization_id, before=request.before, limit=request.limit
            )
