"""Work in the background that leaves the interpreter to others in between."""

import time

#: How long the interpreter is kept at first, and at most: others take it away after 5 ms, which is
#: all that an event loop may stand still for, its own work included.
_SHORT_S = 0.0005
_LONG_S = 0.003
_PAUSE_S = 0.0001
#: Who has the interpreter back within it was not kept from it.
_PROMPT_S = 0.005


class Turns:
    """Pauses in work that goes on for long, so that event loops have their turn.

    One that gives the interpreter up for a moment would get it back only when it is taken away,
    5 ms later. But a program that gives it up often, and for moments that are too short to wake a
    thread in, leaves it to us a few times in a second only: the longer we had to wait for it, the
    longer it is kept.
    """

    def __init__(self) -> None:
        self._span = _SHORT_S
        self._began = time.monotonic()

    def pause_if_due(self) -> None:
        """Give the interpreter up, if it was kept long enough."""
        now = time.monotonic()
        if now - self._began < self._span:
            return
        time.sleep(_PAUSE_S)
        self._began = time.monotonic()
        was_kept_waiting = self._began - now > _PROMPT_S
        self._span = min(2 * self._span, _LONG_S) if was_kept_waiting else _SHORT_S
