"""What PostgreSQL alone takes of the rows that the server writes: no Python, no HTTP, no prices.

Rows of stored events are read as COPY writes them, get other ids, and are stored again as the
server stores them: keys, word for the sums and events in one transaction for each batch.
"""

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass

import psycopg

from benchmarks.doors import BATCH, NUMBERS

CONNECTIONS, BATCHES = 4, 96
_KEY = "organization_id, id, timestamp, call_digest, merged_into, merged_fingerprint"
#: As many as the other batches have.
_STORED = "COPY (SELECT * FROM events ORDER BY id LIMIT 500) TO STDOUT"
_WORD = (
    "INSERT INTO pending_rollups (organization_id, event_ids, timestamps)"
    " SELECT id, %s::text[], %s::timestamptz[] FROM organizations"
)


@dataclass(frozen=True, slots=True)
class _Batch:
    keys: bytes
    events: bytes
    ids: list[str]
    times: list[str]


def rows_alone(url: str) -> float:
    """Events a second, on four connections; the texts are made before the clock runs."""
    left, lock = iter(_batches(url)), threading.Lock()

    def store() -> None:
        with psycopg.connect(url) as connection:
            while True:
                with lock:
                    batch = next(left, None)
                if batch is None:
                    return
                cursor = connection.cursor()
                with cursor.copy(f"COPY event_keys ({_KEY}) FROM STDIN") as copy:
                    copy.write(batch.keys)
                cursor.execute(_WORD, [batch.ids, batch.times])
                with cursor.copy("COPY events FROM STDIN") as copy:
                    copy.write(batch.events)
                connection.commit()

    threads = [threading.Thread(target=store) for _ in range(CONNECTIONS)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return BATCHES * BATCH / (time.perf_counter() - began)


def _batches(url: str) -> list[_Batch]:
    with psycopg.connect(url) as connection:
        described = connection.execute("SELECT * FROM events LIMIT 0").description or []
        with connection.cursor().copy(_STORED) as copy:
            rows = b"".join(copy).decode().splitlines()
    columns = [column.name for column in described]
    return [_again([row.split("\t") for row in rows], columns) for _ in range(BATCHES)]


def _again(rows: Sequence[list[str]], columns: Sequence[str]) -> _Batch:
    of, named, at = (columns.index(name) for name in ("organization_id", "id", "timestamp"))
    ids, keys, events = [], [], []
    for row in rows:
        row[named] = f"again-{next(NUMBERS):012}"
        ids.append(row[named])
        keys.append("\t".join((row[of], row[named], row[at], r"\N", r"\N", r"\N")))
        events.append("\t".join(row))
    times = [row[at] for row in rows]
    return _Batch(_lines(keys), _lines(events), ids, times)


def _lines(rows: Sequence[str]) -> bytes:
    return "".join(f"{row}\n" for row in rows).encode()
