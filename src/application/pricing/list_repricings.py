"""What was priced again, and what is being priced again."""

from dataclasses import dataclass

from application.ports.unit_of_work import UnitsOfWork
from domain.repricing import Repricing


@dataclass(frozen=True, slots=True, kw_only=True)
class ListRepricingsRequest:
    organization_id: str
    limit: int = 20


class ListRepricings:
    """An organization's repricings, the newest first."""

    def __init__(self, units_of_work: UnitsOfWork) -> None:
        self._units_of_work = units_of_work

    def __call__(self, request: ListRepricingsRequest) -> list[Repricing]:
        with self._units_of_work(snapshot=True) as uow:
            return uow.repricings.list(request.organization_id, limit=request.limit)
