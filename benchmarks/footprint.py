"""What TrueCompute takes of a machine: ``make bench-footprint``.

Batches of 500 over HTTP on eight connections for ten minutes (``FOOTPRINT_S``), while a worker adds
the calls to the sums: the most memory that each process has had, after each tenth of the time, and
how long after the last batch the last call is in the sums. Then the bytes of an event on disk, with
its indexes, its key and its share of the sums, beside 17 columns of such events in a plain table
with two indexes.
"""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from benchmarks.doors import BATCH, DOORS
from benchmarks.ingestion import BATCHES, over_http, raw, server
from benchmarks.reports import SIZE

PARTS = 10
#: All that a process had in memory when it had most, shared or not.
_MOST = re.compile(r"VmHWM:\s+(\d+) kB")


def memory(seconds: float, port: int, key: str) -> tuple[int, list[dict[str, float]]]:
    """How many events were stored, and the megabytes of each process after each part.

    Bodies are made between the runs of 24,000 events, while the server rests.
    """
    stored, seen = 0, list[dict[str, float]]()
    began = time.perf_counter()
    for part in range(1, PARTS + 1):
        while time.perf_counter() - began < seconds * part / PARTS:
            over_http(port, key, DOORS[0])
            stored += BATCHES * BATCH
        seen.append(dict(_megabytes()))
    return stored, seen


def _megabytes() -> Iterator[tuple[str, float]]:
    """The most of each process that serves or works."""
    for pid in _descendants(os.getpid()):
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
        found = _MOST.search(Path(f"/proc/{pid}/status").read_text())
        if found and (b"gunicorn" in command or b"entrypoints.worker" in command):
            name = "worker" if b"entrypoints.worker" in command else "server"
            yield f"{name} {pid}", int(found[1]) * 1024 / 1e6


def _descendants(pid: int) -> Iterator[int]:
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        yield int(child)
        yield from _descendants(int(child))


@contextmanager
def working(url: str) -> Iterator[None]:
    """A worker beside the server, until the context ends."""
    environment = os.environ | {"DATABASE_URL": url, "LOG_LEVEL": "error", "PYTHONPATH": "src"}
    command = [sys.executable, "-c", "from entrypoints.worker import main; main()"]
    process = subprocess.Popen(command, env=environment)
    try:
        yield
    finally:
        process.terminate()
        process.wait(60)


def catching_up(url: str) -> float:
    """Seconds until all calls are in the sums."""
    began = time.perf_counter()
    with psycopg.connect(url, autocommit=True) as connection:
        while connection.execute("SELECT 1 FROM pending_rollups LIMIT 1").fetchone():
            time.sleep(0.1)
    return time.perf_counter() - began


def bytes_an_event(url: str, stored: int) -> dict[str, float]:
    """Beside as many rows of a plain table as one run writes."""
    raw(url)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")
        ours = [size for (size,) in connection.execute(SIZE)]
        (plain,) = connection.execute(
            "SELECT pg_total_relation_size('plain') / count(*)::float FROM plain"
        )
    names = ("event", "key", "sums by dimension", "sums by tag")
    return {
        **{name: float(size) / stored for name, size in zip(names, ours, strict=True)},
        "plain": plain[0],
    }


def main() -> int:
    seconds = float(os.environ.get("FOOTPRINT_S", "600"))
    with server() as (url, port, key), working(url):
        began = time.perf_counter()
        stored, seen = memory(seconds, port, key)
        taken = time.perf_counter() - began
        later = catching_up(url)
        sizes = bytes_an_event(url, stored)
    sys.stdout.write(f"cores: {os.cpu_count()}; {stored} events in {taken:.0f} s\n")
    sys.stdout.write(f"all in the sums {later:.1f} s later\n")
    _report(seen, sizes)
    return 0


def _report(seen: list[dict[str, float]], sizes: dict[str, float]) -> None:
    for name in seen[-1]:
        each = ", ".join(f"{megabytes.get(name, 0):.0f}" for megabytes in seen)
        sys.stdout.write(f"most MB of the {name.split()[0]} after each tenth: {each}\n")
    plain = sizes.pop("plain")
    told = ", ".join(f"{name} {size:.0f}" for name, size in sizes.items())
    whole = sum(sizes.values())
    sys.stdout.write(f"bytes an event: {told}\n")
    sys.stdout.write(f"together {whole:.0f}, {whole / plain:.2f} times the plain {plain:.0f}\n")


if __name__ == "__main__":
    raise SystemExit(main())
