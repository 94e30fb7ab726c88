"""One run: clients send through faults, and afterwards the books are compared.

Afterwards every acknowledged event is there once, nothing is there that nobody sent, the sums are
equal to the last digit, the product's own report and every sum that is kept ready say the same,
and a fresh event lands.
"""

import random
import signal
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import psycopg

from adapters.sql.engine import create_pool
from adapters.sql.unit_of_work import SqlUnitsOfWork
from application.rollups.verify_rollups import VerifyRollups
from domain.money import exact_sum
from tests.chaos.senders import Ledger, Sender, open_account, post, usage
from tests.chaos.server import Server

SABOTAGE = Path(__file__).parent / "sabotage"
_SENDERS = 4


@dataclass(frozen=True, slots=True)
class Build:
    """The product, or the product made worse on purpose, which a run must notice."""

    name: str
    settings: Mapping[str, str] = field(default_factory=dict)
    #: Given to PostgreSQL once the tables are there.
    statement: str | None = None


THE_PRODUCT = Build("the product")
#: Answers, and commits a moment later.
EARLY_ANSWER = Build("an answer before the commit", {"PYTHONPATH": str(SABOTAGE)})
#: A commit that PostgreSQL has not written to disk yet.
LAZY_DISK = Build(
    "a commit before it is written", statement="ALTER ROLE truecompute SET synchronous_commit = off"
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a run found; ``faults`` are sentences about what should not be."""

    build: str
    acknowledged: int
    stored: int
    killed: Counter[str]
    answers: Counter[str]
    starts: int
    faults: tuple[str, ...]

    def __str__(self) -> str:
        killed = ", ".join(f"{n} x {name}" for name, n in sorted(self.killed.items()))
        answers = ", ".join(f"{n} x {name}" for name, n in self.answers.most_common())
        lines = [
            f"{self.build}: {self.acknowledged} events acknowledged, {self.stored} stored",
            f"  {self.starts} starts; faults: {killed}",
            f"  answers: {answers}",
            *(f"  WRONG: {fault}" for fault in self.faults),
        ]
        return "\n".join(lines)


def run(build: Build, folder: Path, seconds: float, seed: int) -> Verdict:
    """Send for so many seconds through faults, then compare."""
    ledger, killed = Ledger(), Counter[str]()
    server = Server(folder, build.settings)
    with server.kept_alive():
        key, cookie = open_account(server.port)
        if build.statement is not None:
            with psycopg.connect(server.database_url) as connection:
                connection.execute(build.statement)
            server.end(signal.SIGTERM)
            server.await_ready()
        senders = [Sender(n, server.port, key, ledger, seed) for n in range(_SENDERS)]
        for sender in senders:
            sender.start()
        try:
            _harm(server, killed, seconds, random.Random(seed))  # noqa: S311 - to be repeated
        finally:
            _finish(senders)
        server.await_ready()
        faults = [*ledger.wrong[:5], *_compare(server, ledger, cookie)]
        stored, _ = _stored(server)
    return Verdict(
        build.name, len(ledger.acknowledged), len(stored), killed, ledger.answers, server.starts,
        tuple(faults),
    )  # fmt: skip


def _harm(server: Server, killed: Counter[str], seconds: float, choose: random.Random) -> None:
    """Every kind of fault in turn, then at random, each once the server is back."""
    ways: dict[str, Callable[[], bool]] = {
        "kill -9 of a worker": lambda: server.kill("gunicorn"),
        "kill -9 of PostgreSQL": lambda: server.kill("postgres: truecompute"),
        "kill -9 of PostgreSQL's first process": lambda: server.kill("postgres -D", ends_all=True),
        "kill -9 of the server": lambda: server.kill("gunicorn", is_first=True, ends_all=True),
        "kill -9 of the command": lambda: server.end(signal.SIGKILL),
        "SIGTERM of the command": lambda: server.end(signal.SIGTERM),
        "SIGTERM of a worker": lambda: server.kill("gunicorn", signal.SIGTERM),
    }
    ends, order = time.monotonic() + seconds, list(ways)
    while time.monotonic() < ends:
        name = order.pop(0) if order else choose.choice(list(ways))
        time.sleep(choose.uniform(0.3, 1.2))  # between two faults; nothing is waited for
        if ways[name]():
            killed[name] += 1
        server.await_ready()


def _finish(senders: list[Sender]) -> None:
    """Each ends with the batch it is at, acknowledged."""
    for sender in senders:
        sender.stopping.set()
    for sender in senders:
        sender.join(120)
        if sender.is_alive():
            sender.giving_up.set()
            sender.join(30)


def _compare(server: Server, ledger: Ledger, cookie: str) -> list[str]:
    stored, total = _stored(server)
    found: list[str] = []
    if lost := ledger.acknowledged - stored:
        found.append(f"{len(lost)} acknowledged events are lost, {sorted(lost)[:3]} among them")
    if invented := stored - ledger.sent.keys():
        found.append(f"{len(invented)} events were never sent, {sorted(invented)[:3]} among them")
    expected = exact_sum(ledger.sent[each] for each in stored & ledger.sent.keys())
    if total != expected:
        found.append(f"the stored costs sum up to {total}, and should to {expected}")
    told = usage(server.port, cookie)
    if (told["calls"], Decimal(told["cost_usd"])) != (len(stored), total):
        found.append(f"the report says {told['calls']} calls of {told['cost_usd']} dollars")
    return [*found, *_fresh(server, cookie, told["calls"]), *_wrong_sums(server)]


def _wrong_sums(server: Server) -> list[str]:
    """Whether the sums that are kept ready, and what waits to be added, are those of the events."""
    engine = create_pool(server.database_url)
    try:
        found = VerifyRollups(SqlUnitsOfWork(engine))()
    finally:
        engine.dispose()
    return [f"a sum is wrong: {each}" for of in found for each in of.differences[:3]]


def _fresh(server: Server, cookie: str, calls: int) -> list[str]:
    """Whether one more event lands: nothing is left that holds it up."""
    ledger = Ledger()
    key = _another_key(server, cookie)
    sender = Sender(99, server.port, key, ledger, seed=1)
    sender.start()
    sender.stopping.set()
    sender.join(60)
    now = usage(server.port, cookie)["calls"]
    sent = len(ledger.acknowledged)
    return [] if sent and now == calls + sent else [f"{sent} fresh events, {now - calls} counted"]


def _another_key(server: Server, cookie: str) -> str:
    told, _ = post(server.port, "/api/v1/keys", {"name": "Fresh"}, cookie)
    return str(told["secret"])


def _stored(server: Server) -> tuple[set[str], Decimal]:
    with psycopg.connect(server.database_url) as connection:
        rows = connection.execute("SELECT id, cost_usd FROM events").fetchall()
    ids = [row[0] for row in rows]
    assert len(ids) == len(set(ids)), "an event is stored twice"
    return set(ids), exact_sum(row[1] for row in rows)
