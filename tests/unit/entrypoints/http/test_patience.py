"""Tests of `entrypoints.http.patience`."""

import socket
from collections.abc import Callable, Iterable
from wsgiref.types import StartResponse, WSGIEnvironment

import pytest

from entrypoints.http.patience import PATIENCE_S, impatient


def test_a_silent_client_is_not_waited_for_forever() -> None:
    seen: list[float | None] = []

    def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        seen.append(environ["gunicorn.socket"].gettimeout())
        start_response("204 No Content", [])
        return []

    server, client = socket.socketpair()
    with server, client:
        list(impatient(application)({"gunicorn.socket": server}, _start_response))
    assert seen == [pytest.approx(PATIENCE_S)]


def _start_response(*_: object) -> Callable[[bytes], object]:
    return bytes
