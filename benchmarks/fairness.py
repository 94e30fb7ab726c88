"""What one organization's flood does to another's requests: ``make bench-fairness``.

One organization sends batches of 500 on sixteen connections, without a pause, from a process of its
own. Another sends single events and asks for its overview, one request after the other, first
without the flood and then in it. Both in one run, without any limit set and with one.
"""

import http.client
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median, quantiles

from adapters.sql.migrations import upgrade
from benchmarks.doors import BATCH, NUMBERS, event, native
from tests.chaos.senders import open_account
from tests.integration.database import postgres_server, temporary_database
from tests.integration.server import served

NOISY_CONNECTIONS, NOISY_BATCHES = 16, 500
QUIET_S, WARM_UP_S = 8.0, 2.0
LIMIT = 2_000
WAITS, INSISTS = "waits when told to", "does not wait"


def flood(port: int, key: str, *, waits: bool) -> None:
    """Send all bodies as fast as they are taken; ``waits`` when told to. A line when it begins."""
    bodies, lock = iter([native() for _ in range(NOISY_BATCHES)]), threading.Lock()
    told: list[int] = []

    def send() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        while True:
            with lock:
                body = next(bodies, None)
            if body is None:
                return
            status = 0
            while status != http.client.OK:
                connection.request("POST", "/api/v1/events", body, headers)
                answer = connection.getresponse()
                answer.read()
                status = answer.status
                told.append(status)
                if status == http.client.TOO_MANY_REQUESTS and waits:
                    time.sleep(float(answer.headers["Retry-After"]))

    sys.stdout.write("begins\n")
    sys.stdout.flush()
    for sender in [threading.Thread(target=send, daemon=True) for _ in range(NOISY_CONNECTIONS)]:
        sender.start()
    sys.stdin.read()  # until the other side closes it
    sys.stdout.write(f"{told.count(200) * BATCH} {told.count(429)}\n")


@contextmanager
def flooded(port: int, key: str, manners: str) -> Iterator[None]:
    command = [sys.executable, "-m", "benchmarks.fairness", str(port), key, manners]
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=os.environ
    )
    told, ending = process.stdout, process.stdin
    if told is None or ending is None:
        raise RuntimeError("the flood's process has no pipes")
    try:
        told.readline()
        began = time.perf_counter()
        time.sleep(WARM_UP_S)
        yield
        taken = time.perf_counter() - began
        ending.close()
        stored, refused = told.readline().split()
        sys.stdout.write(
            f"    the flood: {int(stored) / taken:.0f} events a second, {refused} x 429\n"
        )
    finally:
        process.kill()
        process.wait()


def timed(ask: Callable[[], None]) -> list[float]:
    """Milliseconds of each request, one after the other."""
    taken: list[float] = []
    ends = time.perf_counter() + QUIET_S
    while time.perf_counter() < ends:
        began = time.perf_counter()
        ask()
        taken.append((time.perf_counter() - began) * 1000)
    return taken


def asks(port: int, key: str, cookie: str) -> dict[str, Callable[[], None]]:
    def ask(method: str, path: str, body: str | None, headers: dict[str, str]) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        told = answer.read()
        connection.close()
        if answer.status != http.client.OK:
            raise RuntimeError(f"{answer.status} {told[:200]!r}")

    def send() -> None:
        headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        ask("POST", "/api/v1/events", json.dumps(event(next(NUMBERS))), headers)

    def look() -> None:
        ask("GET", "/api/v1/usage?view=overview", None, {"Cookie": cookie})

    return {"a single event": send, "an overview": look}


def compare(url: str, log: Path, limit: int | None, manners: str) -> None:
    limits = {} if limit is None else {"INGEST_LIMIT_PER_ORGANIZATION": str(limit)}
    with served(url, log, WEB_CONCURRENCY="2", LOG_LEVEL="error", **limits) as address:
        port = int(address.rpartition(":")[2])
        noisy, _ = open_account(port, "noisy@example.com")
        key, cookie = open_account(port)
        told = "no limit" if limit is None else f"{limit} events a second for an organization"
        sys.stdout.write(f"{told}, a flood that {manners}:\n")
        for name, ask in asks(port, key, cookie).items():
            quiet = timed(ask)
            with flooded(port, noisy, manners):
                within = timed(ask)
            sys.stdout.write(
                f"  {name:16} quiet {median(quiet):6.1f} ms, in the flood {median(within):6.1f} ms:"
                f" {median(within) / median(quiet):5.2f} times"
                f" (95 of 100: {quantiles(quiet, n=20)[-1]:.1f} and"
                f" {quantiles(within, n=20)[-1]:.1f} ms)\n"
            )


def main() -> int:
    if len(sys.argv) > 1:
        flood(int(sys.argv[1]), sys.argv[2], waits=sys.argv[3] == WAITS)
        return 0
    sys.stdout.write(f"cores: {os.cpu_count()}\n")
    with (
        tempfile.TemporaryDirectory() as folder,
        postgres_server(Path(folder)) as server,
    ):
        for limit, manners in ((None, WAITS), (None, INSISTS), (LIMIT, WAITS), (LIMIT, INSISTS)):
            with temporary_database(server) as url:
                upgrade(url)
                compare(url, Path(folder) / "log", limit, manners)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
