"""The work that no request waits for."""

import signal
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import structlog

from domain.errors import Busy, Unavailable
from entrypoints import logging
from entrypoints.container import Container
from entrypoints.sending import Sending
from entrypoints.settings import Settings

log = structlog.get_logger(__name__)

_LOOK_EVERY_S = 1.0
_GATHER_S = 1.0
_NOTE_EVERY_S = 10.0
_PURGE_EVERY_S = 600.0
_KEEP_MONTHS_EVERY_S = 3600.0
_GIVE_BACK_EVERY_S = 5.0
_MEASURE_EVERY_S = 10.0
_FORECAST_EVERY_S = 60.0
_SPIKES_EVERY_S = 300.0
#: After the first time that others were in the way; twice as long after each further one.
_AGAIN_S = 5.0


@dataclass(slots=True)
class _Chore:
    """Something done again and again, at most every so many seconds; ``due`` is monotonic."""

    do: Callable[[], object]
    every_s: float
    due: float = 0.0
    #: How long it is put off when it meets what others hold at the moment.
    again_s: float = _AGAIN_S

    def do_if_due(self) -> None:
        if time.monotonic() < self.due:
            return
        wait_s = self.every_s
        try:
            self.do()
            self.again_s = _AGAIN_S
        except Busy as error:
            wait_s = min(self.every_s, self.again_s)
            self.again_s *= 2
            log.warning("the worker tries again", detail=error.detail, in_s=wait_s)
        except Unavailable as error:
            log.warning("worker could not reach the database", detail=error.detail)
        except Exception:
            # The other chores go on: nobody would notice that they had stopped.
            log.exception("a chore failed")
        self.due = time.monotonic() + wait_s


def run(container: Container) -> None:
    """Do all chores, and send what is to be sent, until it is ended.

    Forecasts and deliveries have threads of their own, because both may take long.
    """
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    chores = _chores(container, stopping)
    of_budgets = (
        _Chore(container.refresh_forecasts(), _FORECAST_EVERY_S),
        _Chore(container.detect_spikes(), _SPIKES_EVERY_S),
    )
    others = (
        threading.Thread(target=_do_all, args=(of_budgets, stopping), name="budgets"),
        threading.Thread(target=Sending(container.send_next(), stopping).run, name="sending"),
    )
    for thread in others:
        thread.start()
    try:
        _do_all(chores, stopping)
    finally:
        stopping.set()
        for thread in others:
            thread.join()


def _chores(container: Container, stopping: threading.Event) -> tuple[_Chore, ...]:
    return (
        _Chore(lambda: _keep_months(container), _KEEP_MONTHS_EVERY_S),
        _Chore(lambda: _purge(container), _PURGE_EVERY_S),
        _Chore(lambda: _note_price_book(container), _NOTE_EVERY_S),
        _Chore(lambda: _add_waiting_calls(container, stopping), _LOOK_EVERY_S),
        # Of one organization after the other, so that nothing else has to wait for all of them.
        _Chore(container.close_weeks(), _LOOK_EVERY_S),
        _Chore(lambda: _gather_sums(container, stopping), _LOOK_EVERY_S),
        _Chore(lambda: _reprice(container, stopping), _LOOK_EVERY_S),
        _Chore(container.give_back_expired(), _GIVE_BACK_EVERY_S),
        _Chore(container.refresh_statistics(), _MEASURE_EVERY_S),
    )


def _do_all(chores: Sequence[_Chore], stopping: threading.Event) -> None:
    while not stopping.is_set():
        for chore in chores:
            chore.do_if_due()
        stopping.wait(_LOOK_EVERY_S)


def _purge(container: Container) -> None:
    purged = container.purge_expired()()
    log.info("purged", sessions=purged.sessions, invitations=purged.invitations)


def _keep_months(container: Container) -> None:
    kept = container.keep_months()()
    if kept.made or kept.dropped or kept.deleted:
        log.info("months", made=kept.made, dropped=kept.dropped, deleted=kept.deleted)


def _note_price_book(container: Container) -> None:
    if container.note_price_book()():
        book_version = container.pricing_tables().current().book_version
        log.info("price book in force", book_version=book_version)


def _reprice(container: Container, stopping: threading.Event) -> None:
    """All batches that are due, so that a long repricing does not wait between them."""
    while not stopping.is_set() and container.reprice_events()():
        pass


def _add_waiting_calls(container: Container, stopping: threading.Event) -> None:
    while not stopping.is_set() and container.add_waiting_calls()():
        pass


def _gather_sums(container: Container, stopping: threading.Event) -> None:
    """For a moment: there may be thousands of buckets after an upgrade, and other chores wait."""
    until = time.monotonic() + _GATHER_S
    while not stopping.is_set() and container.gather_sums()() and time.monotonic() < until:
        pass


def main() -> None:
    """The worker as a process of its own."""
    settings = Settings.from_environment()
    logging.configure(settings.log_level)
    run(Container(settings=settings))
