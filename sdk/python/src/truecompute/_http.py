"""The transport over HTTP: connections that are kept, gzip, nothing but the standard library."""

import gzip
import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from truecompute._connection import Connection, address_of
from truecompute._transport import Answer
from truecompute._version import __version__

PATH = "/api/v1/events"
RESERVATIONS = "/api/v1/reservations"
#: Below it compression costs more than it saves.
_LEAST_GZIP_BYTES = 1_024
#: So many connections for reservations are kept while nobody uses them.
_MOST_IDLE = 8


class HttpTransport:
    """Sends events to ``POST {base_url}/api/v1/events``, and reserves at ``/api/v1/reservations``.

    Raises ``ConfigurationError`` for an address that is none.

    All that sending needs is loaded with this module: a child that was forked while a thread of its
    parent was importing would wait for that thread for ever.
    """

    def __init__(self, base_url: str, api_key: str) -> None:
        self._url = address_of(base_url)
        self._headers = {
            "Authorization": f"Bearer {api_key}",
            "Content-Type": "application/json",
            "User-Agent": f"truecompute-python/{__version__}",
        }
        self._connection = Connection(self._url)
        self._idle: list[Connection] = []

    def send(self, events: Sequence[bytes], *, timeout: float) -> Answer:
        """As the port says."""
        body = b'{"events":[' + b",".join(events) + b"]}"
        headers = dict(self._headers)
        if len(body) >= _LEAST_GZIP_BYTES:
            body = gzip.compress(body, compresslevel=3)
            headers["Content-Encoding"] = "gzip"
        return self._connection.exchange("POST", PATH, body, headers, timeout=timeout)

    def reserve(self, wish: Mapping[str, Any], *, timeout: float) -> Answer:
        """As the port says."""
        return self._asks("POST", RESERVATIONS, json.dumps(wish).encode(), timeout)

    def give_back(self, reservation_id: str, *, timeout: float) -> Answer:
        """As the port says."""
        path = f"{RESERVATIONS}/{quote(reservation_id, safe='')}"
        return self._asks("DELETE", path, None, timeout)

    def _asks(self, method: str, path: str, body: bytes | None, timeout: float) -> Answer:
        """One of many threads' requests: each takes a connection that is idle, or opens one."""
        try:
            connection = self._idle.pop()
        except IndexError:
            connection = Connection(self._url)
        answer = connection.exchange(method, path, body, self._headers, timeout=timeout)
        if len(self._idle) < _MOST_IDLE:
            self._idle.append(connection)
        else:
            connection.close()
        return answer

    def close(self) -> None:
        """Close the connections; the next events open another."""
        self._connection.close()
        idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()
