"""The transport over HTTP, against real sockets that do what servers and networks do."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

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


def test_an_answer_that_drips_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    is_over = threading.Event()

    def talk(connection: socket.socket) -> None:
        _reads_request(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 10000\r\n\r\n")
        try:
            while not is_over.wait(0.02):
                connection.sendall(b" ")
        except OSError:
            pass

    with scripted(talk) as url:
        with pytest.raises(TransportError, match="takes too long"):
            HttpTransport(url, "k").send([b"{}"], timeout=0.1)
        is_over.set()


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
