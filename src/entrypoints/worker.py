"""The work that no request waits for."""

import signal
import threading

import structlog

from domain.errors import Unavailable
from entrypoints import logging
from entrypoints.container import Container
from entrypoints.settings import Settings

log = structlog.get_logger(__name__)

_EVERY_S = 600.0


def run(container: Container) -> None:
    """Remove what has expired, every ten minutes, until SIGTERM or SIGINT."""
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    while True:
        _purge(container)
        if stopping.wait(_EVERY_S):
            return


def _purge(container: Container) -> None:
    try:
        purged = container.purge_expired()()
    except Unavailable as error:
        log.warning("worker could not reach the database", detail=error.detail)
    else:
        log.info("purged", sessions=purged.sessions, invitations=purged.invitations)


def main() -> None:
    """The worker as a process of its own."""
    settings = Settings.from_environment()
    logging.configure(settings.log_level)
    run(Container(settings=settings))
