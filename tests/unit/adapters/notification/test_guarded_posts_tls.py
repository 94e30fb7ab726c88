"""Webhooks over TLS: the certificate must be for the name, and from somebody who is trusted."""

import socket
import ssl
from ipaddress import IPv4Network, ip_address

import pytest

from adapters.notification.guarded_posts import GuardedWebPosts
from domain.errors import Undeliverable
from tests.unit.adapters.notification.certificates import Authority
from tests.unit.adapters.notification.receivers import Receiver, Treat, answering, receiver

HERE = [IPv4Network("127.0.0.0/8")]
OK = answering(b"HTTP/1.1 200 OK\r\n\r\n")
NAME = "hooks.example"


@pytest.fixture(scope="module")
def posts(authority: Authority) -> GuardedWebPosts:
    return trusting(authority.trusting())


def trusting(tls: ssl.SSLContext | None, deadline_s: float = 15.0) -> GuardedWebPosts:
    return GuardedWebPosts(
        HERE,
        resolve=lambda host: [ip_address("127.0.0.1" if host == NAME else host)],
        deadline_s=deadline_s,
        tls=tls,
    )


def refusal(posts: GuardedWebPosts, url: str) -> Undeliverable:
    with pytest.raises(Undeliverable) as caught:
        posts.post(url, headers={}, body=b"{}")
    return caught.value


def test_the_name_is_asked_for_and_its_certificate_believed(
    posts: GuardedWebPosts, authority: Authority
) -> None:
    asked: list[str | None] = []
    tls = authority.server(NAME)
    tls.sni_callback = lambda _line, name, _context: asked.append(name)
    with receiver(OK, tls=tls) as server:
        answer = posts.post(f"https://{NAME}:{server.port}/x", headers={}, body=b"{}")
    assert answer.status == 200
    assert asked == [NAME]
    assert server.requests[0].body == b"{}"
    assert server.requests[0].headers["host"] == f"{NAME}:{server.port}"


def test_a_certificate_may_be_for_an_address(posts: GuardedWebPosts, authority: Authority) -> None:
    with receiver(OK, tls=authority.server("127.0.0.1")) as server:
        answer = posts.post(f"https://127.0.0.1:{server.port}/", headers={}, body=b"")
    assert answer.status == 200


@pytest.mark.parametrize("named", ["other.example", "127.0.0.1"])
def test_a_certificate_for_another_name_is_refused(
    posts: GuardedWebPosts, authority: Authority, named: str
) -> None:
    with receiver(OK, tls=authority.server(named)) as server:
        refused = refusal(posts, f"https://{NAME}:{server.port}/")
    assert refused.code == "certificate_refused"
    assert server.requests == []


def test_a_certificate_of_nobody_who_is_trusted_is_refused(authority: Authority) -> None:
    with receiver(OK, tls=authority.server(NAME)) as server:
        refused = refusal(trusting(None), f"https://{NAME}:{server.port}/")
    assert refused.code == "certificate_refused"
    assert server.requests == []


def test_a_certificate_that_signs_itself_is_refused(
    posts: GuardedWebPosts, authority: Authority
) -> None:
    with receiver(OK, tls=authority.server_signed_by_itself(NAME)) as server:
        assert refusal(posts, f"https://{NAME}:{server.port}/").code == "certificate_refused"
    assert server.requests == []


def hang(receiver: Receiver, line: socket.socket) -> None:  # noqa: ARG001
    receiver.over.wait()


def drip(receiver: Receiver, line: socket.socket) -> None:
    # The head of a long record, so that the handshake waits for the rest of it.
    for byte in b"\x16\x03\x03\x3f\xff\x02" + bytes(16_000):
        line.sendall(bytes([byte]))
        if receiver.over.wait(0.02):
            return


@pytest.mark.parametrize("treat", [hang, drip])
def test_a_handshake_that_takes_too_long_is_left(authority: Authority, treat: Treat) -> None:
    with receiver(treat) as server:
        refused = refusal(trusting(authority.trusting(), 0.5), f"https://{NAME}:{server.port}/")
    assert refused.code == "timed_out"


def test_an_answer_that_drips_through_tls_is_left(authority: Authority) -> None:
    with receiver(drip, tls=authority.server(NAME)) as server:
        refused = refusal(trusting(authority.trusting(), 0.5), f"https://{NAME}:{server.port}/")
    assert refused.code == "timed_out"


def chatter(receiver: Receiver, line: socket.socket) -> None:  # noqa: ARG001
    line.sendall(b"SECRET-OF-INSIDE is no TLS\r\n" * 10)
    line.recv(65_536)


def hang_up(receiver: Receiver, line: socket.socket) -> None:  # noqa: ARG001
    line.recv(65_536)


@pytest.mark.parametrize(("treat", "code"), [(chatter, "no_tls"), (hang_up, "no_tls")])
def test_what_speaks_no_tls_is_said_to(posts: GuardedWebPosts, treat: Treat, code: str) -> None:
    with receiver(treat) as server:
        refused = refusal(posts, f"https://{NAME}:{server.port}/")
    assert refused.code == code
    assert "SECRET" not in refused.detail


def test_nothing_is_sent_in_the_clear_to_what_is_named_by_https(posts: GuardedWebPosts) -> None:
    heard: list[bytes] = []
    with receiver(lambda _, line: heard.append(line.recv(65_536))) as server:
        refusal(posts, f"https://{NAME}:{server.port}/")
    assert heard[0].startswith(b"\x16\x03")
    assert b"POST" not in heard[0]
