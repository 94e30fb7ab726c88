"""Alerts go out, many at once, so that a slow receiver keeps nobody else waiting."""

import threading
from concurrent.futures import ThreadPoolExecutor

import structlog

from application.notifications.send_next import Claimed, SendNext
from domain.errors import Unavailable

log = structlog.get_logger(__name__)

#: More than five organizations may have channels, each of which is sent to by one thread at most:
#: that many silent receivers delay nobody else's alerts. Threads are made as they are needed.
MOST_AT_ONCE = 256
_LOOK_EVERY_S = 1.0


class Sending:
    """Claims deliveries as long as there is a free thread for one, until it is stopped."""

    def __init__(self, send_next: SendNext, stopping: threading.Event) -> None:
        self._send_next = send_next
        self._stopping = stopping
        self._free = threading.Semaphore(MOST_AT_ONCE)

    def run(self) -> None:
        """Return when it is stopped and what was begun has ended."""
        with ThreadPoolExecutor(MOST_AT_ONCE, thread_name_prefix="send") as pool:
            while not self._stopping.is_set():
                if not self._free.acquire(timeout=_LOOK_EVERY_S):
                    continue
                claimed = self._claim()
                if claimed is None:
                    self._free.release()
                    self._stopping.wait(_LOOK_EVERY_S)
                else:
                    pool.submit(self._attempt, claimed)

    def _claim(self) -> Claimed | None:
        try:
            return self._send_next.claim()
        except Unavailable as error:
            log.warning("alerts wait for the database", detail=error.detail)
        except Exception:
            log.exception("a delivery could not be read")
        return None

    def _attempt(self, claimed: Claimed) -> None:
        try:
            self._send_next.attempt(claimed)
        except Unavailable as error:
            log.warning("an attempt is not stored and will be repeated", detail=error.detail)
        except Exception:
            log.exception("a delivery failed", delivery_id=claimed.delivery.id)
        finally:
            self._free.release()
