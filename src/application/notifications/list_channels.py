"""Where an organization's alerts go."""

from dataclasses import dataclass

from application.ports.unit_of_work import UnitsOfWork
from domain.channel import Channel


@dataclass(frozen=True, slots=True, kw_only=True)
class ListChannelsRequest:
    """``after`` is the id of the last channel seen."""

    organization_id: str
    after: str | None = None
    limit: int = 50


class ListChannels:
    """Channels in the order they were made."""

    def __init__(self, units_of_work: UnitsOfWork) -> None:
        self._units_of_work = units_of_work

    def __call__(self, request: ListChannelsRequest) -> list[Channel]:
        with self._units_of_work(snapshot=True) as uow:
            return uow.channels.list(
                request.organization_id, after=request.after, limit=request.limit
            )
