"""One HTTP connection to a server: opened when needed, kept, and never shared with a parent."""

import http.client
import os
import ssl
import time
import urllib.request
from collections.abc import Mapping
from encodings import idna as idna  # sockets load it when first used, see HttpTransport
from urllib.parse import SplitResult, urlsplit

from truecompute._deadline import TimedConnection, TimedTlsConnection
from truecompute._exceptions import ConfigurationError, TransportError
from truecompute._transport import Answer

#: An answer names at most 1,000 events; what is longer is none of a TrueCompute server's.
_MOST_ANSWER_BYTES = 4 * 1024 * 1024


class Connection:
    """A connection to ``url``. One thread at a time uses it.

    Heeds ``HTTPS_PROXY``, ``HTTP_PROXY`` and ``NO_PROXY``. Redirects are not followed: an API key
    is not carried to another place.
    """

    def __init__(self, url: SplitResult) -> None:
        self._url = url
        self._open: TimedConnection | None = None
        self._pid = os.getpid()

    def exchange(
        self,
        method: str,
        path: str,
        body: bytes | None,
        headers: Mapping[str, str],
        *,
        timeout: float,
    ) -> Answer:
        """The answer to a request. A kept connection that the server has closed is opened again.

        Waits ``timeout`` seconds for the whole. Raises ``TransportError`` where no answer came.
        """
        deadline = time.monotonic() + timeout
        is_kept = self._open is not None and self._pid == os.getpid()
        try:
            return self._exchange(method, path, body, headers, deadline)
        except (http.client.RemoteDisconnected, ConnectionError) as error:
            if not is_kept:
                raise TransportError(_words(error)) from error
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise TransportError(_words(error)) from error
        try:
            return self._exchange(method, path, body, headers, deadline)
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise TransportError(_words(error)) from error

    def _exchange(
        self,
        method: str,
        path: str,
        body: bytes | None,
        headers: Mapping[str, str],
        deadline: float,
    ) -> Answer:
        connection = self._connected()
        connection.deadline.at = deadline
        try:
            connection.request(method, self._target(path), body, dict(headers))
            response = connection.getresponse()
            content = _content(response)
            named = {name.lower(): value for name, value in response.getheaders()}
            response.close()  # read to its end one way or another: the connection is free again
        except BaseException:
            self.close()
            raise
        if len(content) > _MOST_ANSWER_BYTES or response.will_close:
            self.close()
        return Answer(response.status, named, content)

    def _connected(self) -> TimedConnection:
        if self._pid != os.getpid():
            # After a fork the connection is the parent's: two processes must not write into it.
            self._open, self._pid = None, os.getpid()
        if self._open is None:
            self._open = self._connect()
        return self._open

    def _connect(self) -> TimedConnection:
        host, port = str(self._url.hostname), self._url.port
        proxy = self._proxy()
        if self._url.scheme == "https":
            secure = ssl.create_default_context()
            if proxy is None:
                return TimedTlsConnection(host, port, context=secure)
            tunnel = TimedTlsConnection(str(proxy.hostname), proxy.port, context=secure)
            tunnel.set_tunnel(host, port or 443)
            return tunnel
        if proxy is not None:
            return TimedConnection(str(proxy.hostname), proxy.port)
        return TimedConnection(host, port)

    def _proxy(self) -> SplitResult | None:
        """The proxy that the environment names for the server's address."""
        if urllib.request.proxy_bypass(self._url.netloc):
            return None
        named = urllib.request.getproxies().get(self._url.scheme)
        if not named:
            return None
        proxy = urlsplit(named if "//" in named else f"//{named}")
        return proxy if proxy.hostname else None

    def _target(self, path: str) -> str:
        whole = self._url.path.rstrip("/") + path
        is_proxied_plainly = self._url.scheme == "http" and self._proxy() is not None
        return f"http://{self._url.netloc}{whole}" if is_proxied_plainly else whole

    def close(self) -> None:
        """Close it; the next request opens another."""
        connection, self._open = self._open, None
        if connection is not None:
            connection.close()


def address_of(base_url: str) -> SplitResult:
    """The parts of an address. Raises ``ConfigurationError`` for one that is none."""
    try:
        url = urlsplit(base_url)
        is_address = url.scheme in ("http", "https") and bool(url.hostname)
        _ = url.port  # a port that is none raises
    except ValueError as error:
        raise ConfigurationError(f"base_url {base_url!r} is no address: {error}") from error
    if not is_address:
        raise ConfigurationError(
            f"base_url {base_url!r} is no address; it looks like http://localhost:5000"
        )
    return url


def _content(response: http.client.HTTPResponse) -> bytes:
    """The body, unless it is endless."""
    pieces: list[bytes] = []
    size = 0
    while size <= _MOST_ANSWER_BYTES and (piece := response.read1(65_536)):
        pieces.append(piece)
        size += len(piece)
    if response.length:
        raise TransportError("the answer broke off")
    return b"".join(pieces)


def _words(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
