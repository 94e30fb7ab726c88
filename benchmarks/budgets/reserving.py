"""How long a reservation takes at a steady pace."""

import http.client
import json
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from benchmarks.budgets.databases import percentiles, say, two_processes
from tests.chaos.senders import open_account, post
from tests.integration.database import PostgresServer

RESERVED_A_SECOND, RESERVING_S, RESERVING_ROUNDS = 50, 4, 5
_NUMBERS = ("median", "95 of 100", "99 of 100")


def reservations(server: PostgresServer, log: Path) -> None:
    """At a steady pace, whether or not the one before was answered; beside an unknown path."""
    with two_processes(server, log) as port:
        key, cookie = open_account(port)
        open_budgets(port, cookie)
        paths = ("/api/v1/reservations", "/api/v1/unknown")
        taken: dict[str, list[float]] = {path: [] for path in paths}
        for _ in range(RESERVING_ROUNDS):
            for path in paths:
                taken[path] += paced(port, key, path)
    for path, each in taken.items():
        numbers = zip(_NUMBERS, percentiles(each), strict=True)
        told = ", ".join(f"{name} {value:.1f}" for name, value in numbers)
        say(f"{RESERVED_A_SECOND} requests a second of {path}, milliseconds: {told}")


def paced(port: int, key: str, path: str) -> list[float]:
    """Milliseconds of each request."""
    began, lines = time.perf_counter() + 0.2, threading.local()

    def ask(number: int) -> float:
        if not hasattr(lines, "line"):
            lines.line = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
            lines.line.connect()
            # As clients of HTTP have it; the standard library sends headers and body apart.
            lines.line.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        time.sleep(max(0.0, began + number / RESERVED_A_SECOND - time.perf_counter()))
        sent = time.perf_counter()
        lines.line.request(
            "POST",
            path,
            json.dumps({"estimate_usd": "0.01", "project": f"p{number % 5}"}),
            {"Authorization": f"Bearer {key}", "Content-Type": "application/json"},
        )
        answer = lines.line.getresponse()
        told = answer.read()
        if answer.status not in (http.client.CREATED, http.client.NOT_FOUND):
            raise RuntimeError(f"{answer.status} {told[:200]!r}")
        return (time.perf_counter() - sent) * 1000

    with ThreadPoolExecutor(16) as threads:
        return list(threads.map(ask, range(RESERVED_A_SECOND * RESERVING_S)))


def open_budgets(port: int, cookie: str) -> None:
    """Two budgets that apply to each call, and one of every project."""
    scopes: list[dict[str, str]] = [{}, {}, *({"project": f"p{n}"} for n in range(5))]
    for scope in scopes:
        body = {"name": "B", "limit_usd": "100000", "enforcement": "block", "scope": scope}
        post(port, "/api/v1/budgets", body, cookie)
