"""What a process does to the clients in it: it ends, or it forks."""

import atexit
import os
import sys
import time
import weakref
from typing import Protocol

from truecompute._diagnostics import forget, say_failure

#: All clients together have so long when the program ends.
EXIT_PATIENCE_S = 2.0


class Living(Protocol):
    """A client, as far as its process knows it."""

    def end(self, deadline: float) -> None:
        """Deliver what can be delivered until then, on the monotonic clock."""

    def begin_in_child(self) -> None:
        """Start anew: this process is a copy of the client's."""


_clients: "weakref.WeakSet[Living]" = weakref.WeakSet()


def look_after(client: Living) -> None:
    """End ``client`` with the program, and start it anew after a fork."""
    _clients.add(client)


def end_all() -> None:
    """End all clients, within two seconds together."""
    deadline = time.monotonic() + EXIT_PATIENCE_S
    for client in list(_clients):
        client.end(deadline)


def note_worker_process() -> None:
    """Processes of ``multiprocessing`` end without ``atexit``; they have an end of their own."""
    process, util = sys.modules.get("multiprocessing.process"), None
    if process is not None and process.parent_process() is not None:
        util = sys.modules.get("multiprocessing.util")
    if util is not None:
        util.Finalize(None, end_all, exitpriority=1)


def _begin_in_child() -> None:
    try:
        forget()
        for client in list(_clients):
            client.begin_in_child()
    except Exception:  # noqa: BLE001 - the child lives on without
        say_failure("starting in a child process")


# As early as the import, and so as late as can be at the end: others' last calls come before.
atexit.register(end_all)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_begin_in_child)
