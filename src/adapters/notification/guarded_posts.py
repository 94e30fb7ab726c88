"""Webhooks, sent to addresses of the internet only.

A name is resolved once, every address it has is judged, and the connection goes to one of those:
a name that leads elsewhere the next time changes nothing. What is refused, and why at the moment
of connecting, is OWASP's *Server-Side Request Forgery Prevention* cheat sheet.
"""

import socket
import ssl
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from http.client import HTTPConnection, HTTPException, HTTPResponse, RemoteDisconnected
from ipaddress import ip_address
from threading import BoundedSemaphore

from adapters.notification.allowed_addresses import Address, AllowedAddresses, Network
from adapters.notification.deadlines import BoundedLine, Deadline, within
from application.ports.web_posts import PostAnswer, WebPosts
from domain.errors import Invalid, Undeliverable
from domain.webhook_url import WebhookUrl

Resolve = Callable[[str], Iterable[Address]]

#: Of an answer that is read: nothing but its status and one header is used.
_MOST_BYTES = 64 * 1024
#: Of addresses that are tried; all are judged.
_MOST_TRIES = 4
#: A person waits for a check.
_MOST_CHECKS = 4
_CHECK_S = 5.0
#: How long to listen to an answer's body, so that an honest receiver is not cut off.
_BODY_S = 1.0


def system_addresses(host: str) -> list[Address]:
    """What the system's resolver says; ``OSError`` when it knows no such host."""
    found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return [ip_address(place[0]) for *_, place in found]


class GuardedWebPosts(WebPosts):
    """``opened`` are the networks that the operator allows beside the internet, on any port.

    ``tls`` replaces the system's authorities. No proxy of the environment is used.
    """

    def __init__(
        self,
        opened: Sequence[Network] = (),
        *,
        resolve: Resolve = system_addresses,
        deadline_s: float = 15.0,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._allowed = AllowedAddresses(tuple(opened))
        self._resolve = resolve
        self._deadline_s = deadline_s
        self._tls = tls or ssl.create_default_context()
        self._checking = BoundedSemaphore(_MOST_CHECKS)

    def check(self, url: str) -> None:
        parsed = WebhookUrl.parse(url)
        # Names that answer slowly must not take all of a server's threads.
        if not self._checking.acquire(blocking=False):
            return
        try:
            addresses = self._addresses(parsed, Deadline.after(min(_CHECK_S, self._deadline_s)))
        except (OSError, ValueError):
            # It may get its name in a minute, and is judged again whenever it is posted to.
            return
        finally:
            self._checking.release()
        if refusal := self._refusal(parsed, addresses):
            raise Invalid.at("/url", refusal, code="address_refused")

    def post(self, url: str, *, headers: Mapping[str, str], body: bytes) -> PostAnswer:
        deadline = Deadline.after(self._deadline_s)
        parsed, addresses = self._judged(url, deadline)
        try:
            with self._connected(parsed, addresses, deadline) as line:
                return _exchange(BoundedLine(line, deadline, _MOST_BYTES), parsed, headers, body)
        except OSError as error:
            raise _undeliverable(parsed.host, error) from error

    def _judged(self, url: str, deadline: Deadline) -> tuple[WebhookUrl, Sequence[Address]]:
        try:
            parsed = WebhookUrl.parse(url)
        except Invalid as error:
            raise Undeliverable(f"The address {error.detail}.", code="address_refused") from None
        try:
            addresses = self._addresses(parsed, deadline)
        except (OSError, ValueError):
            detail = f"No address is known for the name {parsed.host}."
            raise Undeliverable(detail, code="unknown_host") from None
        if refusal := self._refusal(parsed, addresses):
            raise Undeliverable(f"The address {refusal}.", code="address_refused")
        return parsed, addresses

    def _addresses(self, url: WebhookUrl, deadline: Deadline) -> Sequence[Address]:
        return within(deadline, lambda: tuple(self._resolve(url.host)))

    def _refusal(self, url: WebhookUrl, addresses: Sequence[Address]) -> str | None:
        """Why these may not be posted to. They are not named, since the inside has secrets."""
        if not all(self._allowed.allows(address) for address in addresses):
            return (
                "must lead to the internet, not into a private or reserved network, unless the"
                " operator opens that one by WEBHOOK_ALLOWED_NETWORKS"
            )
        if not url.has_usual_port and not all(map(self._allowed.opens, addresses)):
            return "must have port 80 or 443"
        return None

    def _connected(
        self, url: WebhookUrl, addresses: Sequence[Address], deadline: Deadline
    ) -> socket.socket:
        line = _connect(addresses[:_MOST_TRIES], url.port, deadline)
        if not url.is_secure:
            return line
        try:
            line.settimeout(deadline.left_s())
            return self._tls.wrap_socket(line, server_hostname=url.host)
        except OSError:
            line.close()
            raise


def _connect(addresses: Sequence[Address], port: int, deadline: Deadline) -> socket.socket:
    """A connection to the first that takes one; a silent address costs its share of the time."""
    failure = OSError("no address")
    for number, address in enumerate(addresses):
        share_s = deadline.left_s() / (len(addresses) - number)
        try:
            return socket.create_connection((str(address), port), share_s)
        except OSError as error:
            failure = error
    raise failure


def _undeliverable(host: str, error: OSError) -> Undeliverable:
    match error:
        case TimeoutError():
            return Undeliverable(f"{host} did not answer in time.", code="timed_out")
        case ssl.SSLCertVerificationError():
            # OpenSSL's own words, and nothing of the certificate.
            detail = f"The certificate of {host} is refused: {error.verify_message}."
            return Undeliverable(detail, code="certificate_refused")
        case ssl.SSLError():
            return Undeliverable(f"{host} does not speak TLS as it should.", code="no_tls")
    return Undeliverable(f"{host} cannot be reached, or hung up.", code="unreachable")


def _exchange(
    line: BoundedLine, url: WebhookUrl, headers: Mapping[str, str], body: bytes
) -> PostAnswer:
    connection = HTTPConnection(url.host, url.port)
    connection.sock = line
    own = {"Host": url.host_header, "Connection": "close"}
    connection.request("POST", url.target, body, {**headers, **own})
    try:
        response = connection.getresponse()
    except RemoteDisconnected:
        raise
    except HTTPException:
        # Its text may be the answer's.
        raise Undeliverable("What answers is not a web server.", code="unreadable") from None
    with response:
        answer = PostAnswer(response.status, _retry_after_s(response))
        _listen_to_the_end(response, line)
    return answer


def _listen_to_the_end(response: HTTPResponse, line: BoundedLine) -> None:
    """Read what is left and forget it; however it ends, the status was given."""
    line.deadline = line.deadline.sooner(_BODY_S)
    try:
        while response.read1(_MOST_BYTES):
            pass
    except (OSError, HTTPException):
        return


def _retry_after_s(response: HTTPResponse) -> float | None:
    """RFC 9110, 10.2.3: seconds, or a date in the form that everybody sends."""
    value = (response.getheader("Retry-After") or "").strip()
    if value.isascii() and value.isdecimal() and len(value) < 10:
        return float(value)
    try:
        at = datetime.strptime(value, "%a, %d %b %Y %H:%M:%S GMT").replace(tzinfo=UTC)
    except ValueError:
        return None
    return max(0.0, (at - datetime.now(UTC)).total_seconds())
