"""What only a real server on a real socket can get wrong, gunicorn's part and ours."""

import socket
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.integration.server import PATIENCE_S, served

HEAD = b"Host: localhost\r\nContent-Type: application/json\r\nConnection: close\r\n"


@pytest.fixture
def address(database_url: str, tmp_path: Path) -> Iterator[tuple[str, int]]:
    with served(database_url, tmp_path / "log") as url:
        parts = urlsplit(url)
        yield parts.hostname or "", parts.port or 0


@pytest.mark.parametrize("path", [b"/api/auth/login", b"/login", b"/api/v1/events"])
def test_broken_chunks_are_a_bad_request(address: tuple[str, int], path: bytes) -> None:
    chunks = HEAD + b"Transfer-Encoding: chunked\r\n\r\nZZ\r\nabc\r\n0\r\n\r\n"
    with socket.create_connection(address, timeout=PATIENCE_S) as client:
        client.sendall(b"POST " + path + b" HTTP/1.1\r\n" + chunks)
        status = client.recv(16)
    assert b" 40" in status, "400, or 401 where no key comes first"


@pytest.mark.parametrize("name", ["SCRIPT_NAME", "PATH_INFO"])
def test_no_header_changes_the_path(address: tuple[str, int], name: str) -> None:
    with closing(HTTPConnection(*address, timeout=PATIENCE_S)) as connection:
        connection.request("GET", "/api/health", headers={name: "/openapi.json"})
        answer = connection.getresponse()
        assert answer.status == 200
        assert b'"database":"ok"' in answer.read()


@pytest.mark.parametrize(
    ("path", "status"), [("/api/auth/login", 413), ("/login", 413), ("/api/v1/events", 401)]
)
def test_a_large_body_is_refused_in_words(address: tuple[str, int], path: str, status: int) -> None:
    with closing(HTTPConnection(*address, timeout=PATIENCE_S)) as connection:
        connection.request("POST", path, b" " * 20 * 2**20, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        answer.read()
    assert answer.status == status
    assert answer.getheader("X-Request-Id")
