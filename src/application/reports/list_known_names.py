"""What people can choose from where they choose a key or a tag."""

from dataclasses import dataclass

from application.ports.unit_of_work import UnitsOfWork
from domain.known_names import KnownNames

_MOST_KEYS = 500
_MOST_TAGS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class ListKnownNamesRequest:
    organization_id: str


class ListKnownNames:
    """Name the organization's newest keys, revoked ones among them, and its first tags by name."""

    def __init__(self, units_of_work: UnitsOfWork) -> None:
        self._units_of_work = units_of_work

    def __call__(self, request: ListKnownNamesRequest) -> KnownNames:
        with self._units_of_work.look() as uow:
            return uow.usage_reports.known_names(
                request.organization_id, keys=_MOST_KEYS, tags=_MOST_TAGS
            )
