"""Whether anything has arrived yet."""

from dataclasses import dataclass

from application.ports.unit_of_work import UnitsOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class HasEventsRequest:
    organization_id: str


class HasEvents:
    """Tell whether the organization has stored an event, of whatever time."""

    def __init__(self, units_of_work: UnitsOfWork) -> None:
        self._units_of_work = units_of_work

    def __call__(self, request: HasEventsRequest) -> bool:
        with self._units_of_work.look() as uow:
            return uow.events.has_any(request.organization_id)
