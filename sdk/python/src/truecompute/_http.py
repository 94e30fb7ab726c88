"""The transport over HTTP: one connection that is kept, gzip, nothing but the standard library."""

import encodings.idna  # noqa: F401 - sockets load it when first used, see HttpTransport
import gzip
import http.client
import os
import ssl
import time
import urllib.request
from collections.abc import Sequence
from urllib.parse import SplitResult, urlsplit

from truecompute._exceptions import ConfigurationError, TransportError
from truecompute._transport import Answer
from truecompute._version import __version__

PATH = "/api/v1/events"
#: An answer names at most 1,000 events; what is longer is none of a TrueCompute server's.
_MOST_ANSWER_BYTES = 4 * 1024 * 1024
#: How many times the wait for anything to move a whole answer may take.
_MOST_TIMEOUTS = 3
#: Below it compression costs more than it saves.
_LEAST_GZIP_BYTES = 1_024


class HttpTransport:
    """Sends events to ``POST {base_url}/api/v1/events``.

    Heeds ``HTTPS_PROXY``, ``HTTP_PROXY`` and ``NO_PROXY``. Redirects are not followed: an API key
    is not carried to another place. Raises ``ConfigurationError`` for an address that is none.

    All that sending needs is loaded with this module: a child that was forked while a thread of its
    parent was importing would wait for that thread for ever.
    """

    def __init__(self, base_url: str, api_key: str) -> None:
        self._url = _split(base_url)
        self._path = self._url.path.rstrip("/") + PATH
        self._headers = {
            "Authorization": f"Bearer {api_key}",
            "Content-Type": "application/json",
            "User-Agent": f"truecompute-python/{__version__}",
        }
        self._connection: http.client.HTTPConnection | None = None
        self._pid = os.getpid()

    def send(self, events: Sequence[bytes], *, timeout: float) -> Answer:
        """As the port says; a kept connection that the server has closed is opened again."""
        body = b'{"events":[' + b",".join(events) + b"]}"
        headers = dict(self._headers)
        if len(body) >= _LEAST_GZIP_BYTES:
            body = gzip.compress(body, compresslevel=3)
            headers["Content-Encoding"] = "gzip"
        is_kept = self._connection is not None and self._pid == os.getpid()
        try:
            return self._exchange(body, headers, timeout)
        except (http.client.RemoteDisconnected, ConnectionError) as error:
            if not is_kept:
                raise TransportError(_words(error)) from error
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise TransportError(_words(error)) from error
        try:
            return self._exchange(body, headers, timeout)
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise TransportError(_words(error)) from error

    def _exchange(self, body: bytes, headers: dict[str, str], timeout: float) -> Answer:
        connection = self._connected(timeout)
        try:
            connection.request("POST", self._target(), body, headers)
            response = connection.getresponse()
            content = _content(response, time.monotonic() + _MOST_TIMEOUTS * timeout)
            named = {name.lower(): value for name, value in response.getheaders()}
            response.close()  # read to its end one way or another: the connection is free again
        except BaseException:
            self.close()
            raise
        if len(content) > _MOST_ANSWER_BYTES or response.will_close:
            self.close()
        return Answer(response.status, named, content)

    def _connected(self, timeout: float) -> http.client.HTTPConnection:
        if self._pid != os.getpid():
            # After a fork the connection is the parent's: two processes must not write into it.
            self._connection, self._pid = None, os.getpid()
        if self._connection is None:
            self._connection = self._connect(timeout)
        self._connection.timeout = timeout
        if self._connection.sock is not None:
            self._connection.sock.settimeout(timeout)
        return self._connection

    def _connect(self, timeout: float) -> http.client.HTTPConnection:
        host, port = str(self._url.hostname), self._url.port
        proxy = self._proxy()
        if self._url.scheme == "https":
            secure = ssl.create_default_context()
            if proxy is None:
                return http.client.HTTPSConnection(host, port, timeout=timeout, context=secure)
            tunnel = http.client.HTTPSConnection(
                str(proxy.hostname), proxy.port, timeout=timeout, context=secure
            )
            tunnel.set_tunnel(host, port or 443)
            return tunnel
        if proxy is not None:
            return http.client.HTTPConnection(str(proxy.hostname), proxy.port, timeout=timeout)
        return http.client.HTTPConnection(host, port, timeout=timeout)

    def _proxy(self) -> SplitResult | None:
        """The proxy that the environment names for the server's address."""
        if urllib.request.proxy_bypass(self._url.netloc):
            return None
        named = urllib.request.getproxies().get(self._url.scheme)
        if not named:
            return None
        proxy = urlsplit(named if "//" in named else f"//{named}")
        return proxy if proxy.hostname else None

    def _target(self) -> str:
        is_proxied_plainly = self._url.scheme == "http" and self._proxy() is not None
        return f"http://{self._url.netloc}{self._path}" if is_proxied_plainly else self._path

    def close(self) -> None:
        """Close the connection; the next events open another."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()


def _content(response: http.client.HTTPResponse, deadline: float) -> bytes:
    """The body, unless it is endless or drips: each byte alone would be in time."""
    pieces: list[bytes] = []
    size = 0
    while size <= _MOST_ANSWER_BYTES and (piece := response.read1(65_536)):
        pieces.append(piece)
        size += len(piece)
        if time.monotonic() > deadline:
            raise TransportError("the answer takes too long")
    if response.length:
        raise TransportError("the answer broke off")
    return b"".join(pieces)


def _split(base_url: str) -> SplitResult:
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


def _words(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
