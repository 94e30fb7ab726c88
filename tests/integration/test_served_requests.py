"""What only a real server on a real socket can get wrong, gunicorn's part and ours."""

import socket
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest

from tests.http_client import PROBLEM
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


def test_an_address_with_long_names_in_any_script_is_taken(address: tuple[str, int]) -> None:
    names = quote("\N{CJK UNIFIED IDEOGRAPH-4E2D}" * 256)
    path = f"/api/v1/usage?project={names}&user={names}&model={names}"
    assert len(path) > 6_900
    with closing(HTTPConnection(*address, timeout=PATIENCE_S)) as connection:
        connection.request("GET", path)
        answer = connection.getresponse()
        assert (answer.status, answer.getheader("Content-Type")) == (401, PROBLEM)


def test_an_address_that_is_too_long_is_refused_in_words(address: tuple[str, int]) -> None:
    with closing(HTTPConnection(*address, timeout=PATIENCE_S)) as connection:
        connection.request("GET", f"/dashboard?user={'x' * 8_200}")
        answer = connection.getresponse()
        said = answer.read()
    assert answer.status == 414
    assert b"8,177 bytes" in said
    assert b"take some of the filters off" in said
