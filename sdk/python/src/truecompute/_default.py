"""The functions of the module: those of a client that is made from the environment when needed."""

import os
import threading
from typing import Any, TypeVar

from truecompute._client import Client, WhenUnavailable
from truecompute._stats import Stats

_Wrapped = TypeVar("_Wrapped")

_lock = threading.Lock()
_client: Client | None = None


def default_client() -> Client:
    """The client of ``TRUECOMPUTE_API_KEY`` and ``TRUECOMPUTE_URL``; made once.

    Raises ``ConfigurationError`` where ``TRUECOMPUTE_URL`` is no address.
    """
    global _client
    if _client is None:
        with _lock:
            if _client is None:
                _client = Client()
    return _client


def _begin_in_child() -> None:
    """A thread of the parent may hold the lock, and is not there to release it."""
    global _lock
    _lock = threading.Lock()


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
    """``Client.track`` of the default client."""
    default_client().track(**fields)


def flush(timeout: float = 5.0) -> bool:
    """``Client.flush`` of the default client; True where there is none."""
    return True if _client is None else _client.flush(timeout)


def close(timeout: float = 2.0) -> None:
    """``Client.close`` of the default client; what comes afterwards makes another."""
    global _client
    with _lock:
        closing, _client = _client, None
    if closing is not None:
        closing.close(timeout)


def stats() -> Stats:
    """``Client.stats`` of the default client."""
    return Stats() if _client is None else _client.stats()
