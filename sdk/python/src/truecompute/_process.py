"""What a process does to the clients in it: it ends, or it forks."""

import atexit
import os
import sys
import time
import weakref
from collections.abc import Callable
from contextlib import suppress
from typing import Protocol

from truecompute._diagnostics import forget, say_failure

#: All clients of a process together wait so long at its end: Python's own end, which follows, is
#: over within two seconds, too.
EXIT_PATIENCE_S = 1.8


class Living(Protocol):
    """A client, as far as its process knows it."""

    def hasten(self, timeout: float) -> None:
        """Begin to deliver what there is, in the background, with so many seconds to do it."""

    def end(self) -> None:
        """Deliver what ``spend`` leaves time for, and count the rest as lost."""

    def begin_in_child(self) -> None:
        """Start anew: this process is a copy of the client's."""


_clients: "weakref.WeakSet[Living]" = weakref.WeakSet()
_left_s = EXIT_PATIENCE_S


def look_after(client: Living) -> None:
    """End ``client`` with the program, and start it anew after a fork."""
    _clients.add(client)


def end_all() -> None:
    """End all clients. A process may do so at several of its ends, and waits but once."""
    clients = list(_clients)
    for client in clients:
        client.hasten(_left_s)  # all at once: one whose server is silent takes no other's time
    for client in clients:
        client.end()


def spend(wait: Callable[[float], bool]) -> bool:
    """Call ``wait`` with the seconds that the end of this process may still take."""
    global _left_s
    began = time.monotonic()
    try:
        return wait(_left_s)
    finally:
        _left_s = max(_left_s - (time.monotonic() - began), 0.0)


def note_worker_process(_: object = None) -> None:
    """Processes of ``multiprocessing`` end without ``atexit``; they have an end of their own."""
    process, util = (sys.modules.get(f"multiprocessing.{name}") for name in ("process", "util"))
    if process is None or util is None:
        return
    if getattr(process.current_process(), "_inheriting", False):
        # It still loads its modules, and has no parent yet; one of a fork server forgets then what
        # it is to do at its end.
        util.register_after_fork(end_all, note_worker_process)
    elif process.parent_process() is None:
        return
    util.Finalize(None, end_all, exitpriority=1)


def _begin_in_child() -> None:
    global _left_s
    _left_s = EXIT_PATIENCE_S
    with suppress(Exception):
        forget()
    for client in list(_clients):
        try:
            client.begin_in_child()
        except Exception:  # noqa: BLE001 - the child lives on without it
            say_failure("starting in a child process")


# As early as the import, and so as late as can be at the end: others' last calls come before.
atexit.register(end_all)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_begin_in_child)
