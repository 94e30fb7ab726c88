"""From the queue to the server, a batch at a time, until each event is delivered or counted."""

import os
import threading
import time
from collections import Counter
from collections.abc import Callable

from truecompute._backlog import Backlog, Batch
from truecompute._diagnostics import say, say_failure
from truecompute._exceptions import TransportError
from truecompute._stats import REFUSED, REJECTED, SPOOL_DAMAGED, TOO_LARGE
from truecompute._transport import Transport
from truecompute._verdict import Fate, Verdict, verdict_of

_FIRST_PAUSE_S = 0.5
_MOST_PAUSE_S = 30.0
#: A wrong key does not become right by asking; somebody must change it.
_UNAUTHORIZED_PAUSE_S = 60.0
#: So many batches in a row that the server cannot read are halved to find the event at fault: of
#: 500 events 9 halves lead to one. After that it is taken to be the server's fault, or a proxy's.
_MOST_UNREAD = 20


class Delivery:
    """Sends batches and decides what their answers mean. One thread at a time calls ``attempt``.

    A batch that finds no server is sent again, with pauses of 0.5 to 30 s, drawn at random so
    that many processes do not come back at once, or as long as the server asks, 300 s at most.
    When it is back the log tells how many events found no room so far, as ``turned_away`` counts.
    A batch that the server refuses is dropped and counted; of one that it cannot read the events
    at fault, which are found by halving, unless it reads nothing any more.
    """

    def __init__(
        self,
        transport: Transport,
        backlog: Backlog,
        draw: Callable[[], float],
        turned_away: Callable[[], int],
    ) -> None:
        self._transport = transport
        self._backlog = backlog
        self._draw = draw
        self._turned_away = turned_away
        self._failed = 0
        self._unread = 0
        self._is_unauthorized = False
        self._lock = threading.RLock()
        #: Until then, of ``time.monotonic()``, the server does not want to be asked.
        self.left_alone_until = 0.0
        self.sent = 0
        self.retried = 0
        self.dropped: Counter[str] = Counter()

    def attempt(self, timeout: float) -> float | None:
        """Send the oldest batch. The seconds to wait before the next one: 0 when there may be
        more, None when there was none.
        """
        batch = self._backlog.next()
        if batch is None:
            return None
        if not batch.events:
            self._finish(batch, SPOOL_DAMAGED, 0)
            return 0.0
        if self._failed:
            self.retried += 1
        try:
            answer = self._transport.send(batch.events, timeout=timeout)
            verdict = verdict_of(answer, len(batch.events))
        except TransportError as error:
            verdict = Verdict(Fate.RETRY, text=f"it cannot be reached ({error})")
        except Exception:  # noqa: BLE001 - somebody's own transport
            say_failure("sending events")
            verdict = Verdict(Fate.RETRY, text="the transport failed")
        return self._settle(batch, verdict)

    def settled(self) -> int:
        """How many events are delivered or dropped."""
        with self._lock:
            return self.sent + sum(self.dropped.values())

    def give_up(self, reason: str) -> int:
        """Give up what waits and no other process will send: so many events, which are counted as
        dropped.

        An attempt that is still under way no longer counts, even if it should succeed.
        """
        lost = self._backlog.give_up()
        if lost:
            with self._lock:
                self.dropped[reason] += lost
        return lost

    def counts(self) -> tuple[int, Counter[str]]:
        """Delivered, and dropped by reason, at one moment."""
        with self._lock:
            return self.sent, Counter(self.dropped)

    def _settle(self, batch: Batch, verdict: Verdict) -> float:
        if verdict.fate is Fate.RETRY:
            return self._pause(verdict)
        if len(batch.events) > 1 and self._may_split(verdict.fate):
            with self._lock:
                self._count_damaged(batch)
                self._backlog.split(batch)
            return 0.0
        if verdict.fate is Fate.STORED:
            self._note_success(verdict)
            self._finish(batch, REJECTED, verdict.rejected)
            return 0.0
        self._say_refused(batch, verdict)
        reason = TOO_LARGE if verdict.fate is Fate.SPLIT else REFUSED
        self._finish(batch, reason, len(batch.events))
        return self._leave_alone(_UNAUTHORIZED_PAUSE_S) if verdict.is_unauthorized else 0.0

    def _may_split(self, fate: Fate) -> bool:
        """Whether a batch goes on as two halves."""
        if fate is Fate.UNREAD:
            self._unread += 1
            return self._unread <= _MOST_UNREAD
        return fate is Fate.SPLIT

    def _leave_alone(self, seconds: float) -> float:
        """Heed that the server does not want to be asked for so long."""
        self.left_alone_until = time.monotonic() + seconds
        return seconds

    def _say_refused(self, batch: Batch, verdict: Verdict) -> None:
        """A wrong key is told once, until the server has taken something again."""
        if not verdict.is_unauthorized:
            say("refused", "TrueCompute did not take %d event(s): %s",
                len(batch.events), verdict.text)  # fmt: skip
        elif not self._is_unauthorized:
            say("unauthorized", "TrueCompute does not accept the API key, events are lost: %s; "
                "check TRUECOMPUTE_API_KEY", verdict.text)  # fmt: skip
        self._is_unauthorized = verdict.is_unauthorized

    def _finish(self, batch: Batch, reason: str, lost: int) -> None:
        with self._lock:
            if not self._backlog.done(batch):
                return  # it was given up meanwhile
            self._count_damaged(batch)
            self.sent += len(batch.events) - lost
            if lost:
                self.dropped[reason] += lost

    def _count_damaged(self, batch: Batch) -> None:
        """Count what a spool can no longer read of a batch, once."""
        if batch.damaged:
            self.dropped[SPOOL_DAMAGED] += batch.damaged
            batch.damaged = 0

    def _pause(self, verdict: Verdict) -> float:
        self._failed += 1
        say("away", "TrueCompute is not reached, events wait: %s", verdict.text)
        ceiling: float = min(_MOST_PAUSE_S, _FIRST_PAUSE_S * 2 ** min(self._failed - 1, 10))
        drawn = ceiling * (0.1 + 0.9 * self._draw())
        asked = verdict.retry_after_s
        return max(drawn, self._leave_alone(asked)) if asked else drawn

    def _note_success(self, verdict: Verdict) -> None:
        if self._failed:
            say("back", "TrueCompute is reached again, after %d attempts; %d event(s) found no "
                "room so far and are lost", self._failed + 1, self._turned_away())  # fmt: skip
        self._failed = 0
        self._unread = 0
        self._is_unauthorized = False
        if verdict.rejected:
            say("rejected", "TrueCompute rejected %d event(s), the first: %s",
                verdict.rejected, verdict.text)  # fmt: skip


def random_share() -> float:
    """A number from 0 to 1, for pauses."""
    return int.from_bytes(os.urandom(4), "big") / 2**32
