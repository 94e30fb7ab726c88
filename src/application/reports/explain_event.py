"""One call, and why it cost what it cost."""

from collections.abc import Sequence
from dataclasses import dataclass

from application.ports.unit_of_work import UnitsOfWork
from domain.costing import CostExplanation, explain
from domain.errors import NotFound
from domain.event import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainEventRequest:
    organization_id: str
    event_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedEvent:
    """The event and the arithmetic of its cost.

    ``also_reported_as`` are the ids of other reports of the same call, which are counted with it.
    """

    event: Event
    explanation: CostExplanation
    also_reported_as: Sequence[str] = ()


class ExplainEvent:
    """Show one event with its cost line by line; the lines' sum is the cost.

    The id of a report that was merged into another one leads to that.

    Raises:
        NotFound: the organization has no event of this id.
    """

    def __init__(self, units_of_work: UnitsOfWork) -> None:
        self._units_of_work = units_of_work

    def __call__(self, request: ExplainEventRequest) -> ExplainedEvent:
        with self._units_of_work() as uow:
            event = uow.events.get(request.organization_id, request.event_id)
            if event is None:
                raise NotFound("There is no such event.")
            others = uow.events.also_reported_as(request.organization_id, event.id)
        return ExplainedEvent(
            event=event,
            explanation=explain(event.cost, event.usage),
            also_reported_as=others,
        )
