"""What storing events takes: ``make bench-ingestion``.

Batches of 500 over HTTP on eight connections, priced, deduplicated and durable, beside the raw rate
of psycopg's COPY of 17 columns of an event into a plain table with a unique index on
(organization, id) and one on time, one connection, one commit for 500; in turn, in one run, with
client, server and database on this machine. Then the doors beside the native one, the same rows
without anybody who makes them, and requests of a single event on 32 connections beside requests of
an unknown path.
"""

import http.client
import itertools
import json
import os
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from statistics import median
from typing import Any

import psycopg

from adapters.sql.migrations import upgrade
from benchmarks.doors import BATCH, DOORS, NUMBERS, USAGE, Door, event
from benchmarks.ingestion_rows import rows_alone
from tests.chaos.senders import open_account
from tests.integration.database import postgres_server, temporary_database
from tests.integration.server import served

CONNECTIONS, BATCHES, ROUNDS = 8, 48, 3
SINGLE_CONNECTIONS, SINGLE_S = 32, 5.0
_PLAIN = """
CREATE TABLE plain (
    organization_id uuid NOT NULL, id text NOT NULL, "timestamp" timestamptz NOT NULL,
    received_at timestamptz NOT NULL, provider text NOT NULL, model text NOT NULL,
    operation text, status text NOT NULL, latency_ms integer, input_tokens bigint,
    cache_read_tokens bigint, output_tokens bigint, cost_usd numeric, project text, "user" text,
    tags jsonb NOT NULL, provider_usage json);
CREATE UNIQUE INDEX ON plain (organization_id, id);
CREATE INDEX ON plain ("timestamp")
"""
_COLUMNS = """organization_id, id, "timestamp", received_at, provider, model, operation, status,
    latency_ms, input_tokens, cache_read_tokens, output_tokens, cost_usd, project, "user", tags,
    provider_usage"""


def over_http(port: int, key: str, door: Door) -> float:
    """Events a second through a door; the bodies are made before the clock runs."""
    bodies = [door.body() for _ in range(BATCHES)]
    left, lock, wrong = iter(bodies), threading.Lock(), list[str]()

    def send() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        headers = {"Authorization": f"Bearer {key}", "Content-Type": door.content_type}
        while True:
            with lock:
                body = next(left, None)
            if body is None:
                break
            connection.request("POST", door.path, body, headers)
            answer = connection.getresponse()
            told = answer.read()
            if answer.status != http.client.OK or (b'"rejected":0' not in told and told != b""):
                wrong.append(f"{answer.status} {told[:200]!r}")
        connection.close()

    senders = [threading.Thread(target=send) for _ in range(CONNECTIONS)]
    began = time.perf_counter()
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    taken = time.perf_counter() - began
    if wrong:
        raise RuntimeError(f"{door.name}: {wrong[0]}")
    return BATCHES * BATCH / taken


def single(port: int, key: str, path: str, connections: int = SINGLE_CONNECTIONS) -> float:
    """Requests a second, each of one event."""
    ends, done, wrong = time.perf_counter() + SINGLE_S, list[int](), list[str]()
    expected = {http.client.OK, http.client.NOT_FOUND}

    def send() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        count = 0
        while time.perf_counter() < ends:
            connection.request("POST", path, json.dumps(event(next(NUMBERS))), headers)
            answer = connection.getresponse()
            told, count = answer.read(), count + 1
            if answer.status not in expected:
                wrong.append(f"{answer.status} {told[:200]!r}")
        connection.close()
        done.append(count)

    began = time.perf_counter()
    senders = [threading.Thread(target=send) for _ in range(connections)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    if wrong:
        raise RuntimeError(wrong[0])
    return sum(done) / (time.perf_counter() - began)


def raw(url: str) -> float:
    """Rows a second by COPY into the plain table."""
    rows = [list(_rows()) for _ in range(BATCHES)]
    began = time.perf_counter()
    with psycopg.connect(url) as connection:
        for batch in rows:
            with (
                connection.cursor() as cursor,
                cursor.copy(f"COPY plain ({_COLUMNS}) FROM STDIN") as copy,
            ):
                for row in batch:
                    copy.write_row(row)
            connection.commit()
    return BATCHES * BATCH / (time.perf_counter() - began)


def _rows() -> Iterator[tuple[Any, ...]]:
    now = datetime.now(UTC)
    for n in itertools.islice(NUMBERS, BATCH):
        sent = event(n)
        yield (
            "0192f3c1-7d3e-7000-8000-00000000abcd", sent["id"], now - timedelta(seconds=n % 3600),
            now, "openai", "gpt-4o", "chat", "success", 1234, 400, 800, 300, Decimal("0.005"),
            sent["project"], sent["user"], '{"feature": "summary"}', json.dumps(USAGE),
        )  # fmt: skip


@contextmanager
def server() -> Iterator[tuple[str, int, str]]:
    """Two processes on a database with the plain table in it, too; its URL, their port, a key."""
    with (
        tempfile.TemporaryDirectory() as folder,
        postgres_server(Path(folder)) as postgres,
        temporary_database(postgres) as url,
    ):
        upgrade(url)
        with psycopg.connect(url) as connection:
            connection.execute(_PLAIN)
        log = Path(folder) / "log"
        with served(url, log, WEB_CONCURRENCY="2", LOG_LEVEL="error") as address:
            port = int(address.rpartition(":")[2])
            key, _ = open_account(port)
            yield url, port, key


def main() -> int:
    with server() as (url, port, key):
        return _report(url, port, key)


def _report(url: str, port: int, key: str) -> int:
    rates: dict[str, list[float]] = {"raw COPY": [], **{door.name: [] for door in DOORS}}
    singles: list[tuple[float, float]] = []
    for _ in range(ROUNDS):
        rates["raw COPY"].append(raw(url))
        for door in DOORS:
            rates[door.name].append(over_http(port, key, door))
        pair = (single(port, key, "/api/v1/events"), single(port, key, "/api/v1/unknown"))
        singles.append(pair)
    sys.stdout.write(f"cores: {os.cpu_count()}; events a second, the median of {ROUNDS} rounds\n")
    for name, each in rates.items():
        of_raw = median(a / b for a, b in zip(each, rates["raw COPY"], strict=True))
        of_native = median(a / b for a, b in zip(each, rates["native"], strict=True))
        sys.stdout.write(
            f"{name:16} {median(each):8.0f}   {of_raw:5.2f} of raw   {of_native:5.2f} of native\n"
        )
    alone = median(rows_alone(url) / raw(url) for _ in range(ROUNDS))
    sys.stdout.write(f"rows of native, written by nobody           {alone:5.2f} of raw\n")
    stored, unknown = (median(each) for each in zip(*singles, strict=True))
    share = median(a / b for a, b in singles)
    sys.stdout.write(
        f"single events    {stored:8.0f}   {share:5.2f} of {unknown:.0f} for an unknown path\n"
    )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
