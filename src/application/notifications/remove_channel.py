"""An owner or admin wants no more alerts somewhere."""

from dataclasses import dataclass, replace

from application.budgets.set_budget import MOST_BUDGETS
from application.ports.unit_of_work import UnitsOfWork
from domain.errors import NotFound


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveChannelRequest:
    organization_id: str
    channel_id: str


class RemoveChannel:
    """Delete a channel with its history, and with what was still to be sent to it.

    Budgets that named it name it no more. One that named no other tells nobody, until it is
    changed: never silently all channels.

    Raises:
        NotFound: the organization has no channel of this id.
    """

    def __init__(self, units_of_work: UnitsOfWork) -> None:
        self._units_of_work = units_of_work

    def __call__(self, request: RemoveChannelRequest) -> None:
        with self._units_of_work() as uow:
            if uow.channels.get(request.organization_id, request.channel_id) is None:
                raise NotFound("There is no such channel.")
            # Before the channel, as everywhere, and so that nobody names it meanwhile.
            uow.budgets.lock(request.organization_id)
            for budget in uow.budgets.list(request.organization_id, limit=MOST_BUDGETS):
                terms = budget.terms.without_channel(request.channel_id)
                if terms is not budget.terms:
                    uow.budgets.update(request.organization_id, replace(budget, terms=terms))
            if not uow.channels.remove(request.organization_id, request.channel_id):
                raise NotFound("There is no such channel.")
            uow.commit()
