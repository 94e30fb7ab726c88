"""Webhooks to receivers that hang, drip, rave or hang up: all end, soon, and repeat nothing."""

import socket
import time
import traceback
from collections.abc import Iterable, Iterator
from ipaddress import IPv4Network
from threading import Event

import pytest

from adapters.notification.allowed_addresses import Address
from adapters.notification.guarded_posts import GuardedWebPosts
from domain.errors import Undeliverable
from tests.unit.adapters.notification.receivers import (
    Receiver,
    Treat,
    answering,
    read_request,
    receiver,
    silence,
)

#: Far from the deadlines below, and near enough to tell that they hold.
SOON_S = 8.0


@pytest.fixture
def posts(open_posts: GuardedWebPosts) -> GuardedWebPosts:
    return open_posts


@pytest.fixture(scope="module")
def hasty(here: list[IPv4Network]) -> GuardedWebPosts:
    return GuardedWebPosts(here, deadline_s=0.5)


@pytest.fixture(autouse=True)
def soon() -> Iterator[None]:
    begun = time.monotonic()
    yield
    assert time.monotonic() - begun < SOON_S


def code_of(posts: GuardedWebPosts, url: str) -> str:
    with pytest.raises(Undeliverable) as caught:
        posts.post(url, headers={}, body=b"{}")
    return caught.value.code


def hang(receiver: Receiver, line: socket.socket) -> None:
    read_request(line)
    receiver.over.wait()


def drip(receiver: Receiver, line: socket.socket, text: bytes) -> None:
    """A byte now and a byte then, as long as the test lasts."""
    while True:
        for byte in text:
            line.sendall(bytes([byte]))
            if receiver.over.wait(0.02):
                return


def drip_status(receiver: Receiver, line: socket.socket) -> None:
    read_request(line)
    drip(receiver, line, b"H" * 100)


def drip_headers(receiver: Receiver, line: socket.socket) -> None:
    read_request(line)
    line.sendall(b"HTTP/1.1 200 OK\r\n")
    drip(receiver, line, b"X-A: b\r\n")


def never_read(receiver: Receiver, line: socket.socket) -> None:  # noqa: ARG001
    receiver.over.wait()


@pytest.mark.parametrize("treat", [hang, drip_status, drip_headers])
def test_a_receiver_that_takes_too_long_is_left(hasty: GuardedWebPosts, treat: Treat) -> None:
    with receiver(treat) as server:
        assert code_of(hasty, server.url) == "timed_out"


def sip(receiver: Receiver, line: socket.socket) -> None:
    """Takes a little now and then: every sending gets on, and all of it takes far too long."""
    while line.recv(262_144) and not receiver.over.wait(0.04):
        pass


@pytest.mark.parametrize("treat", [never_read, sip])
def test_a_receiver_that_takes_too_little_in_is_left(hasty: GuardedWebPosts, treat: Treat) -> None:
    with receiver(treat) as server, pytest.raises(Undeliverable) as caught:
        hasty.post(server.url, headers={}, body=bytes(64_000_000))
    assert caught.value.code == "timed_out"


def test_a_receiver_that_takes_no_connection_is_left(hasty: GuardedWebPosts) -> None:
    with silence() as port:
        assert code_of(hasty, f"http://127.0.0.1:{port}/") == "timed_out"


def test_a_resolver_that_takes_too_long_is_left() -> None:
    over = Event()

    def resolve(host: str) -> Iterable[Address]:  # noqa: ARG001
        over.wait()
        return []

    posts = GuardedWebPosts(resolve=resolve, deadline_s=0.2)
    posts.check("https://slow.example/")
    assert code_of(posts, "https://slow.example/") == "unknown_host"
    over.set()


def endless(beginning: bytes, more: bytes) -> Treat:
    def treat(receiver: Receiver, line: socket.socket) -> None:
        read_request(line)
        line.sendall(beginning)
        while not receiver.over.is_set():
            line.sendall(more)

    return treat


def drip_body(receiver: Receiver, line: socket.socket) -> None:
    read_request(line)
    line.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    drip(receiver, line, b"x")


BLOCK = b"x" * 65_536


@pytest.mark.parametrize(
    "treat",
    [
        drip_body,
        endless(b"HTTP/1.1 200 OK\r\n\r\n", BLOCK),
        endless(b"HTTP/1.1 200 OK\r\nContent-Length: 10737418240\r\n\r\n", BLOCK),
        endless(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
        endless(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", BLOCK),
        answering(b"HTTP/1.1 200 OK\r\nContent-Length: 10737418240\r\n\r\nx"),
        answering(b"HTTP/1.1 200 OK\r\nContent-Length: " + b"9" * 5_000 + b"\r\n\r\nx"),
        answering(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"),
    ],
)
def test_a_body_that_does_not_end_well_leaves_the_answer_as_it_is(
    posts: GuardedWebPosts, treat: Treat
) -> None:
    with receiver(treat) as server:
        assert posts.post(server.url, headers={}, body=b"").status == 200


@pytest.mark.parametrize(
    "treat",
    [
        answering(b"SECRET-OF-INSIDE\r\n\r\n"),
        answering(b"SSH-2.0-SECRET-OF-INSIDE\r\n"),
        answering(b"\x00\xff\xfe SECRET-OF-INSIDE"),
        answering(b"HTTP/1.1 SECRET-OF-INSIDE\r\n\r\n"),
        answering(b"HTTP/1.1 99 SECRET-OF-INSIDE\r\n\r\n"),
        answering(b"HTTP/9.9 200 SECRET-OF-INSIDE\r\n\r\n"),
        answering(b"HTTP/1.1"),
        endless(b"HTTP/1.1 200 OK\r\n", b"X-Header: SECRET-OF-INSIDE\r\n"),
        endless(b"HTTP/1.1 200 OK\r\nX-Long: ", b"SECRET-OF-INSIDE"),
        endless(b"HTTP/1.1 200 ", b"SECRET-OF-INSIDE"),
        endless(b"", b"HTTP/1.1 100 SECRET-OF-INSIDE\r\n\r\n"),
    ],
)
def test_what_is_no_answer_is_not_repeated(posts: GuardedWebPosts, treat: Treat) -> None:
    with receiver(treat) as server, pytest.raises(Undeliverable) as caught:
        posts.post(server.url, headers={}, body=b"{}")
    assert caught.value.code == "unreadable"
    assert "SECRET" not in "".join(traceback.format_exception(caught.value))


def hang_up(receiver: Receiver, line: socket.socket) -> None:
    """Nothing: the connection is closed after this."""


@pytest.mark.parametrize("treat", [hang_up, answering(b"")])
def test_a_receiver_that_hangs_up_is_said_to(posts: GuardedWebPosts, treat: Treat) -> None:
    with receiver(treat) as server:
        assert code_of(posts, server.url) == "unreachable"


def test_nobody_there_is_said_to(posts: GuardedWebPosts) -> None:
    with receiver(hang_up) as server:
        url = server.url
    assert code_of(posts, url) == "unreachable"
