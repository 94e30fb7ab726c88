"""What the SDK says about itself: rarely, and never in a way that can fail or come back to it."""

import math
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import logging

#: For what each call goes through: made once, and never in the call's way.
QUIETLY = suppress(Exception)
_PAUSE_S = 60.0
_last_said: dict[str, float] = {}
#: The threads that are in the middle of a log line.
_speaking: set[int] = set()


def logger() -> "logging.Logger":
    """The SDK's logger. Where the program sets up no logging, Python prints warnings to stderr.

    Loaded when there is a client, not with the SDK: logging is a fifth of what an import takes.
    """
    import logging

    return logging.getLogger("truecompute")


def say(kind: str, text: str, *values: object, with_traceback: bool = False) -> None:
    """Log a warning, once a minute for each ``kind``. Raises no ``Exception``."""
    try:
        now = time.monotonic()
        if now - _last_said.get(kind, -math.inf) < _PAUSE_S or is_speaking():
            return
        _last_said[kind] = now
        thread = threading.get_ident()
        _speaking.add(thread)
        try:
            logger().warning(text, *values, exc_info=with_traceback)
        finally:
            _speaking.discard(thread)
    except Exception:  # noqa: BLE001 - a handler of the host's that fails is not our news
        pass


def say_failure(doing: str) -> None:
    """Log that a part of the SDK failed, with the traceback of the exception at hand."""
    text = "TrueCompute failed while %s; the call itself is not affected"
    say(f"failure:{doing}", text, doing, with_traceback=True)


def is_speaking() -> bool:
    """Whether this thread is in the middle of a log line of the SDK.

    A log handler of the host's that calls a model itself would otherwise loop for ever.
    """
    return bool(_speaking) and threading.get_ident() in _speaking


def forget() -> None:
    """Let everything be said again, as after a fork."""
    _last_said.clear()
    _speaking.intersection_update({threading.get_ident()})
