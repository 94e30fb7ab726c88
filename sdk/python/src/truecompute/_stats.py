"""What became of the events, counted."""

from collections.abc import Mapping
from typing import NamedTuple

QUEUE_FULL = "queue_full"
REJECTED = "rejected"
REFUSED = "refused"
TOO_LARGE = "too_large"
UNREADABLE = "unreadable"
SPOOL_DAMAGED = "spool_damaged"
CLOSED = "closed"
DISABLED = "disabled"


class Stats(NamedTuple):
    """Events of one ``Client`` in this process: ``produced == sent + queued + dropped``.

    ``sent`` were acknowledged by the server; ``queued`` wait in memory, in the spool or on their
    way; ``dropped`` are lost, by reason in ``dropped_by``:

    - ``queue_full``: the server was away for so long that no room was left;
    - ``rejected``: the server refused the event itself, the log says why;
    - ``refused``: it refused the request (a wrong key, or another 4xx), or cannot read the event;
    - ``too_large``: a single event that it will not read;
    - ``unreadable``: its usage object could not be made JSON, which is a fault of the SDK;
    - ``spool_damaged``: its file in the spool was gone or broken when it was to be sent;
    - ``closed``: it came after ``close()``, or could not be delivered in its time;
    - ``disabled``: there is no API key, or the environment makes no client.

    ``retried`` counts requests that were sent again. ``failures`` counts faults of the SDK, each
    of which may have cost an event. ``unchecked`` counts calls of clients wrapped with
    ``enforce=True`` that were made although nobody could say what the budgets have left.
    """

    sent: int = 0
    queued: int = 0
    dropped: int = 0
    retried: int = 0
    failures: int = 0
    dropped_by: Mapping[str, int] = {}  # never changed
    unchecked: int = 0

    @property
    def produced(self) -> int:
        """How many events there were."""
        return self.sent + self.queued + self.dropped
