"""The transport over HTTP, against real sockets that do what servers and networks do."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from urllib.parse import urlsplit

import pytest

import truecompute
from fakes.server import json_reply
from fakes.truecompute import FakeTrueCompute
from truecompute import TransportError
from truecompute._http import HttpTransport


@pytest.fixture
def server() -> Iterator[FakeTrueCompute]:
    with FakeTrueCompute().running() as fake:
        yield fake


@contextmanager
def scripted(talk: Callable[[socket.socket], None]) -> Iterator[str]:
    """A server that accepts connections and does ``talk`` with each."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with connection:
                    talk(connection)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            listener.shutdown(socket.SHUT_RDWR)


def _reads_request(connection: socket.socket) -> bytes:
    connection.settimeout(5)
    got = b""
    while b"\r\n\r\n" not in got:
        got += connection.recv(65_536)
    head, _, body = got.partition(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
    while len(body) < length:
        body += connection.recv(65_536)
    return head


def _drips(connection: socket.socket, begins: bytes) -> None:
    """Answer a byte at a time, each of them in time, for four seconds."""
    try:
        connection.sendall(begins)
        over = time.monotonic() + 4
        while time.monotonic() < over:
            connection.sendall(b"7")
            time.sleep(0.02)
    except OSError:
        pass  # the client has left


@contextmanager
def silent_address() -> Iterator[tuple[str, int]]:
    """Where nothing answers, not even that nobody is there: its system's list is full."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener, ExitStack() as waiting:
        for _ in range(4):
            sock = waiting.enter_context(socket.socket())
            sock.settimeout(0)
            sock.connect_ex(listener.getsockname())
        yield listener.getsockname()


@contextmanager
def _ends_soon() -> Iterator[None]:
    began = time.monotonic()
    with pytest.raises(TransportError, match="TimeoutError"):
        yield
    assert time.monotonic() - began < 1


def test_events_arrive_with_the_key_and_compressed(server: FakeTrueCompute) -> None:
    client = truecompute.Client(api_key="tc_live_x", base_url=f"{server.url}/prefix/")
    for number in range(50):
        client.track(provider="acme", model="m", id=str(number))
    assert client.flush(10)
    client.close()
    assert set(server.received) == {str(number) for number in range(50)}
    request = server.server.requests[0]
    assert request.path == "/prefix/api/v1/events"
    assert request.headers["authorization"] == "Bearer tc_live_x"
    assert request.headers["content-encoding"] == "gzip"
    assert request.headers["user-agent"].startswith("truecompute-python/")


def test_one_connection_is_kept_and_one_that_the_server_closed_is_opened_again() -> None:
    asked: list[bytes] = []
    receipt = b'{"accepted": 1, "duplicates": 0, "conflicts": 0, "rejected": 0}'

    def talk(connection: socket.socket) -> None:
        for _ in range(2):
            asked.append(_reads_request(connection))
            head = b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % len(receipt)
            connection.sendall(head + receipt)

    with scripted(talk) as url:
        transport = HttpTransport(url, "k")
        for _ in range(4):
            assert transport.send([b"{}"], timeout=5).status == 200
        transport.close()
    assert len(asked) == 4


@pytest.mark.parametrize(
    "answer",
    [b"", b"garbage\r\n\r\n", b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{}",
     b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n", b"HTTP/1.1 999999 X\r\n\r\n"],
)  # fmt: skip
def test_garbage_and_half_an_answer_are_no_answer(answer: bytes) -> None:
    def talk(connection: socket.socket) -> None:
        _reads_request(connection)
        connection.sendall(answer)

    with scripted(talk) as url, pytest.raises(TransportError):
        HttpTransport(url, "k").send([b"{}"], timeout=5)


@pytest.mark.parametrize(
    "begins",
    [b"HTTP/1.1 ", b"HTTP/1.1 200 OK\r\nx: ", b"HTTP/1.1 100 Continue\r\nx: ",
     b"HTTP/1.1 200 OK\r\ncontent-length: 10000\r\n\r\n",
     b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"],
)  # fmt: skip
def test_an_answer_that_drips_is_given_up_in_time(begins: bytes) -> None:
    def talk(connection: socket.socket) -> None:
        _reads_request(connection)
        _drips(connection, begins)

    with scripted(talk) as url:
        with _ends_soon():
            HttpTransport(url, "k").send([b"{}"], timeout=0.2)
        with _ends_soon():
            HttpTransport(url, "k").reserve({}, timeout=0.2)


def test_a_beginning_of_tls_that_drips_is_given_up_in_time() -> None:
    def talk(connection: socket.socket) -> None:
        connection.recv(65_536)
        _drips(connection, b"\x16\x03\x03\x3f\xff")

    with scripted(talk) as url, _ends_soon():
        HttpTransport(url.replace("http:", "https:"), "k").send([b"{}"], timeout=0.2)


def test_a_proxy_that_drips_before_tls_is_given_up_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    def talk(connection: socket.socket) -> None:
        connection.recv(65_536)
        _drips(connection, b"HTTP/1.1 200 OK\r\nx: ")

    with scripted(talk) as proxy:
        monkeypatch.setenv("https_proxy", proxy)
        monkeypatch.delenv("no_proxy", raising=False)
        monkeypatch.delenv("NO_PROXY", raising=False)
        with _ends_soon():
            HttpTransport("https://tc.example", "k").send([b"{}"], timeout=0.2)


def test_an_address_that_is_silent_leaves_the_others_of_its_host_their_time(
    monkeypatch: pytest.MonkeyPatch, server: FakeTrueCompute
) -> None:
    with silent_address() as silent:
        good = urlsplit(server.url)
        places = [silent, (good.hostname, good.port)]
        named = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", place) for place in places]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: named)
        transport = HttpTransport("http://two-addresses.example", "k")
        assert transport.send([b'{"id": "a"}'], timeout=2).status == 200
        transport.close()


def test_addresses_that_are_all_silent_are_given_up_in_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with silent_address() as silent:
        named = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", silent)] * 4
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: named)
        with _ends_soon():
            HttpTransport("http://four-addresses.example", "k").send([b"{}"], timeout=0.2)


def test_a_server_that_is_not_there_is_no_answer() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(TransportError, match="ConnectionRefusedError"):
        HttpTransport(f"http://127.0.0.1:{port}", "k").send([b"{}"], timeout=5)


def test_a_busy_server_is_asked_again_and_everything_counts_once(server: FakeTrueCompute) -> None:
    server.server.fails += [
        json_reply({}, status=503, retry_after="0"),
        json_reply({}, status=429, retry_after="0"),
    ]
    client = truecompute.Client(api_key="k", base_url=server.url)
    client.track(provider="acme", model="m", id="1")
    assert client.flush(10)
    assert client.stats().retried >= 2
    assert server.received == {"1": 1}
    client.close()


def test_a_proxy_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[bytes] = []

    def talk(connection: socket.socket) -> None:
        asked.append(_reads_request(connection))
        connection.sendall(b"HTTP/1.1 503 X\r\ncontent-length: 0\r\n\r\n")

    with scripted(talk) as proxy:
        monkeypatch.setenv("http_proxy", proxy)
        monkeypatch.delenv("no_proxy", raising=False)
        monkeypatch.delenv("NO_PROXY", raising=False)
        transport = HttpTransport("http://tc.example:5000", "k")
        transport.send([b"{}"], timeout=5)
        transport.close()
    assert asked[0].startswith(b"POST http://tc.example:5000/api/v1/events HTTP/1.1")


def test_a_body_is_the_events_as_they_are(server: FakeTrueCompute) -> None:
    transport = HttpTransport(server.url, "k")
    transport.send([b'{"id": "a"}', b'{"id": "b"}'], timeout=5)
    transport.close()
    assert server.server.requests[0].body == {"events": [{"id": "a"}, {"id": "b"}]}
