"""An owner or admin wants no more alerts somewhere."""

from dataclasses import dataclass

from application.ports.unit_of_work import UnitsOfWork
from domain.errors import NotFound


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveChannelRequest:
    organization_id: str
    channel_id: str


class RemoveChannel:
    """Delete a channel with its history, and with what was still to be sent to it.

    Raises:
        NotFound: the organization has no channel of this id.
    """

    def __init__(self, units_of_work: UnitsOfWork) -> None:
        self._units_of_work = units_of_work

    def __call__(self, request: RemoveChannelRequest) -> None:
        with self._units_of_work() as uow:
            if not uow.channels.remove(request.organization_id, request.channel_id):
                raise NotFound("There is no such channel.")
            uow.commit()
