"""The functions of the module: those of a client that is made from the environment when needed."""

import os
import threading
from typing import Any, TypeVar

from truecompute._client import Client, WhenUnavailable
from truecompute._diagnostics import say
from truecompute._stats import DISABLED, Stats

_Wrapped = TypeVar("_Wrapped")

_lock = threading.RLock()  # a signal handler may close what it interrupts
_client: Client | None = None
#: Whether the client is one that ``close`` has closed: it still counts, until there is another.
_is_closed = False
#: How many calls were to be tracked although the environment makes no client.
_untold = 0


def default_client() -> Client:
    """The client of ``TRUECOMPUTE_API_KEY`` and ``TRUECOMPUTE_URL``; made once.

    Raises ``ConfigurationError`` where one of them cannot work.
    """
    global _client, _is_closed
    if _client is None or _is_closed:
        with _lock:
            if _client is None or _is_closed:
                _client, _is_closed = Client(), False
    return _client


def _begin_in_child() -> None:
    """A thread of the parent may hold the lock, and is not there to release it."""
    global _lock, _untold
    _lock, _untold = threading.RLock(), 0


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_begin_in_child)


def wrap(
    client: _Wrapped,
    *,
    enforce: bool = False,
    when_unavailable: WhenUnavailable = "open",
    max_output_tokens: int = 4096,
    reserve_timeout: float = 2.0,
) -> _Wrapped:
    """``Client.wrap`` of the default client."""
    return default_client().wrap(
        client,
        enforce=enforce,
        when_unavailable=when_unavailable,
        max_output_tokens=max_output_tokens,
        reserve_timeout=reserve_timeout,
    )


def unwrap(client: _Wrapped) -> _Wrapped:
    """``client`` itself, as it was before it was wrapped by whichever ``Client``."""
    from truecompute.wrappers import unwrap as undo

    undo(client)
    return client


def track(**fields: Any) -> None:
    """``Client.track`` of the default client. Raises nothing.

    Where the environment makes no client, a call is counted as ``disabled``, which is logged.
    """
    global _untold
    try:
        client = default_client()
    except Exception as error:  # noqa: BLE001 - in the middle of the program's work
        _untold += 1
        say("configuration", "TrueCompute cannot be set up, events are lost: %s; "
            "check TRUECOMPUTE_URL and TRUECOMPUTE_API_KEY", error)  # fmt: skip
    else:
        client.track(**fields)


def flush(timeout: float = 5.0) -> bool:
    """``Client.flush`` of the default client; True where there is none."""
    return True if _client is None else _client.flush(timeout)


def close(timeout: float = 2.0) -> None:
    """``Client.close`` of the default client.

    ``wrap`` and ``track`` make another afterwards. What was wrapped before stays with the closed
    one, and its calls are dropped and counted, unless it is wrapped again.
    """
    global _is_closed
    with _lock:
        client, _is_closed = _client, True
    if client is not None:
        client.close(timeout)


def stats() -> Stats:
    """``Client.stats`` of the default client, also of a closed one until there is another."""
    counted = Stats() if _client is None else _client.stats()
    if not _untold:
        return counted
    lost = {**counted.dropped_by, DISABLED: counted.dropped_by.get(DISABLED, 0) + _untold}
    return counted._replace(dropped=counted.dropped + _untold, dropped_by=lost)
