"""What every door does with the calls it has found: is the sender within its limits, then store."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager

import msgspec

from application.ingestion.admit_events import AdmitEventsRequest
from application.ingestion.ingest_events import IngestEventsRequest, IngestResult, Rejection
from application.ports.ingestion_meter import Step
from domain.event import ReportedEvent
from entrypoints.container import Container
from entrypoints.http.authentication import current_key
from entrypoints.http.event_messages import read_each

Items = Sequence[ReportedEvent | Rejection]


class Ingesting:
    """The two use cases of a request that brings calls, in the name of its key."""

    def __init__(self, container: Container) -> None:
        self._admit = container.admit_events()
        self._ingest = container.ingest_events()
        self._meter = container.metrics()

    def take(
        self,
        documents: Sequence[bytes | msgspec.Raw],
        read: Callable[[bytes], ReportedEvent],
    ) -> IngestResult:
        """Admit, read and store; raises as these do."""
        self.admit(len(documents))
        with self.decoding():
            items = read_each(documents, read)
        return self.store(items)

    def decoding(self) -> AbstractContextManager[None]:
        """The time within it is spent on reading what was sent."""
        return self._meter.timed(Step.DECODE)

    def admit(self, number: int) -> None:
        """Raises ``TooManyRequests``: nothing of the request may be stored now."""
        key = current_key()
        self._admit(
            AdmitEventsRequest(
                organization_id=key.organization_id, api_key_id=key.id, number=number
            )
        )

    def store(self, items: Items) -> IngestResult:
        """Raises ``Unavailable``: nothing was stored."""
        key = current_key()
        return self._ingest(
            IngestEventsRequest(organization_id=key.organization_id, api_key_id=key.id, items=items)
        )
