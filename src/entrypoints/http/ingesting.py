"""What every door does with the calls it has found: is the sender within its limits, then store."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext

import msgspec
from flask import request

from application.ingestion.admit_events import AdmitEventsRequest
from application.ingestion.ingest_events import (
    MOST_TOGETHER,
    IngestEventsRequest,
    IngestResult,
    Rejection,
)
from application.ports.ingestion_meter import Step
from domain.event import ReportedEvent
from entrypoints.container import Container
from entrypoints.http.authentication import current_key
from entrypoints.http.bodies import LARGEST_SENT, read_body
from entrypoints.http.event_messages import read_each

#: Bytes beyond which a body is held for a large one before it is read: some twenty calls and more.
LARGE_BODY = 64 * 1024

Items = Sequence[ReportedEvent | Rejection]


class Ingesting:
    """The two use cases of a request that brings calls, in the name of its key."""

    def __init__(self, container: Container) -> None:
        self._admit = container.admit_events()
        self._ingest = container.ingest_events()
        self._meter = container.metrics()
        self._turns = container.turns()

    def body(self, most: int = LARGEST_SENT) -> bytes:
        """The request's body, unless the sender has to wait: then it is not even read.

        Raises ``TooManyRequests``, and what ``read_body`` raises.
        """
        self._admit_some(None)
        if (request.content_length or 0) > LARGE_BODY:
            self._turns.check(current_key().organization_id)
        return read_body(most)

    def take(
        self,
        documents: Sequence[bytes | msgspec.Raw],
        read: Callable[[bytes], ReportedEvent],
    ) -> IngestResult:
        """Admit, read and store, in turn where they are many; raises as these do."""
        self.admit(len(documents))
        with self.turn(is_large=len(documents) > MOST_TOGETHER):
            with self.decoding():
                items = read_each(documents, read)
            return self.store(items)

    def turn(self, *, is_large: bool) -> AbstractContextManager[None]:
        """Wait for what is before a large request; raises ``TooManyRequests``."""
        return self._turns.turn(current_key().organization_id) if is_large else nullcontext()

    def decoding(self) -> AbstractContextManager[None]:
        """The time within it is spent on reading what was sent."""
        return self._meter.timed(Step.DECODE)

    def admit(self, number: int) -> None:
        """Raises ``TooManyRequests``: nothing of the request may be stored now."""
        self._admit_some(number)

    def _admit_some(self, number: int | None) -> None:
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
