"""A client of TrueCompute that keeps what it would send."""

import gc
from typing import Any

import truecompute
from truecompute.testing import RecordingTransport


class Recorder:
    """A client of TrueCompute and the events that it has made."""

    def __init__(self) -> None:
        self.transport = RecordingTransport()
        self.client = truecompute.Client(transport=self.transport, flush_interval=0.05)

    @property
    def events(self) -> list[dict[str, Any]]:
        """Every event up to now, also of streams that nobody holds any more."""
        gc.collect()
        assert self.client.flush(10)
        return self.transport.events

    @property
    def event(self) -> dict[str, Any]:
        """The only event."""
        (event,) = self.events
        return event
