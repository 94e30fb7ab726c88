"""What budgets promise when many call at once, and what they cost: ``make bench-budgets``.

``BUDGET_CROSSINGS`` and ``BUDGET_HISTORIES`` ask for other numbers than 200 and 1,000, and
``make bench-budgets BUDGET_PARTS="ingestion fan-out"`` for some of the parts.
"""

import http.client
import json
import os
import socket
import statistics
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from socketserver import BaseRequestHandler, ThreadingTCPServer

from dependency_injector import providers

from adapters.memory.clock import ManualClock
from adapters.sql.migrations import upgrade
from application.ingestion.ingest_events import IngestEventsRequest
from benchmarks.timing import ratio
from domain.budget_scope import BudgetScope
from domain.report import Dimension
from entrypoints.container import Container
from entrypoints.sending import Sending
from tests.budget_histories import random_history
from tests.budget_races import Account, container_on, racers
from tests.chaos.senders import open_account, post
from tests.integration.database import PostgresServer, postgres_server, temporary_database
from tests.integration.server import served

CROSSINGS = int(os.environ.get("BUDGET_CROSSINGS", "200"))
HISTORIES = int(os.environ.get("BUDGET_HISTORIES", "1000"))
CALLERS = 64
EVENING = datetime(2026, 11, 23, 23, 20, tzinfo=UTC)
RESERVED_A_SECOND, RESERVING_S, RESERVING_ROUNDS = 50, 4, 5
BATCH, ROUNDS = 500, 30
FAST_RECEIVERS, SLOW_RECEIVERS, ALERTS = 10, 50, 20
_NUMBERS = ("median", "95 of 100", "99 of 100")


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


@contextmanager
def database(server: PostgresServer) -> Iterator[str]:
    with temporary_database(server) as url:
        upgrade(url)
        yield url


@contextmanager
def application(server: PostgresServer) -> Iterator[Container]:
    with database(server) as url:
        container = container_on(url)
        try:
            yield container
        finally:
            container.engine().dispose()


def crossings(server: PostgresServer) -> None:
    with database(server) as url, racers(url) as racing:
        container = container_on(url)
        alerts: Counter[int] = Counter()
        for trial in range(CROSSINGS):
            account = Account.on(container)
            budget = account.set_budget(limit_usd=Decimal(1), thresholds=(50,))
            calls = [account.call("0.01") for _ in range(CALLERS)]
            answers = racing.run(calls, is_alone=bool(trial % 2))
            if answers != ["accepted"] * CALLERS:
                raise RuntimeError(f"not all were accepted: {Counter(answers)}")
            alerts[len(account.alerts(budget))] += 1
        container.engine().dispose()
    told = ", ".join(f"{number} in {trials}" for number, trials in sorted(alerts.items()))
    say(f"a threshold crossed by {CALLERS} calls at once, {CROSSINGS} times; alerts: {told}")


def histories(server: PostgresServer) -> None:
    with application(server) as container:
        clock = ManualClock(EVENING)
        container.clock.override(providers.Object(clock))
        violations = 0
        for seed in range(HISTORIES):
            clock.advance(EVENING - clock.now())
            for fault in random_history(Account.on(container), clock.advance, seed):
                violations += 1
                say(f"  {fault}")
    say(f"{HISTORIES} random histories: {violations} violations")


def reservations(server: PostgresServer, log: Path) -> None:
    """At a steady pace, whether or not the one before was answered; beside an unknown path."""
    with (
        database(server) as url,
        served(url, log, WEB_CONCURRENCY="2", LOG_LEVEL="error") as address,
    ):
        port = int(address.rpartition(":")[2])
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


def ingestion(server: PostgresServer) -> None:
    """Batches and single calls of organizations with so many budgets, in turn."""
    with application(server) as container:
        accounts = {number: Account.on(container) for number in (0, 1, 100)}
        for number, account in accounts.items():
            for turn in range(number):
                account.set_budget(limit_usd=Decimal(1_000_000), scope=_scope(turn))
        for size, rounds in ((BATCH, ROUNDS), (1, 10 * ROUNDS)):
            taken = in_turn(container, accounts, size, rounds)
            base = taken[0]
            told = "; ".join(
                f"{number} budgets {statistics.median(each) * 1000:.1f} ms"
                f" ({statistics.median(each) / statistics.median(base):.2f},"
                f" {ratio(each, base):.2f} by turns)"
                for number, each in taken.items()
            )
            say(f"calls at once: {size}; {told}")


def _scope(turn: int) -> BudgetScope:
    """A few of all, the rest of a dimension each; every call falls under every one of them."""
    dimensions: tuple[dict[Dimension, str], ...] = (
        {},
        {Dimension.PROVIDER: "openai"},
        {Dimension.PROJECT: "checkout"},
        {Dimension.MODEL: "gpt-4o"},
        {Dimension.PROJECT: "checkout", Dimension.MODEL: "gpt-4o"},
    )
    return BudgetScope(dimensions[turn % len(dimensions)])


def in_turn(
    container: Container, accounts: dict[int, Account], size: int, rounds: int
) -> dict[int, list[float]]:
    """Seconds of each round by the number of budgets; the order is another one every time."""
    ingest = container.ingest_events()
    taken: dict[int, list[float]] = {number: [] for number in accounts}
    order = list(accounts)
    for round_ in range(rounds + 3):
        order.append(order.pop(0))
        for number in order:
            request = a_batch(accounts[number], size)
            began = time.perf_counter()
            result = ingest(request)
            spent = time.perf_counter() - began
            if result.by_outcome != {"accepted": size}:
                raise RuntimeError(str(result.by_outcome))
            if round_ >= 3:
                taken[number].append(spent)
    return taken


def a_batch(account: Account, size: int) -> IngestEventsRequest:
    """Calls of the last hour, of twenty users."""
    now = account.now()
    requests = [
        account.call(
            "0.001",
            timestamp=now - timedelta(seconds=7 * number % 3600),
            project="checkout",
            user=f"user-{number % 20}",
        )
        for number in range(size)
    ]
    return IngestEventsRequest(
        organization_id=account.key.organization_id,
        api_key_id=account.key.id,
        items=[item for request in requests for item in request.items],
    )


class _Fast(BaseRequestHandler):
    def handle(self) -> None:
        self.request.recv(65536)
        self.request.sendall(b"HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n")


class _Slow(BaseRequestHandler):
    """A byte a second, until the sender has had enough."""

    def handle(self) -> None:
        self.request.recv(65536)
        try:
            for byte in b"HTTP/1.1 204 No Content\r\n" * 100:
                self.request.sendall(bytes([byte]))
                time.sleep(1)
        except OSError:
            return


@contextmanager
def listening(handler: type[BaseRequestHandler]) -> Iterator[str]:
    with ThreadingTCPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads, server.block_on_close = True, False
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/"
        server.shutdown()


def fan_out(server: PostgresServer) -> None:
    """Alerts to fast receivers of one organization, beside another's whose receivers drip."""
    with application(server) as container, listening(_Fast) as fast, listening(_Slow) as slow:
        dripping, good = Account.on(container), Account.on(container)
        for account, url, number in (
            (dripping, slow, SLOW_RECEIVERS),
            (good, fast, FAST_RECEIVERS),
        ):
            for _ in range(number):
                account.add_channel(url)
            account.set_budget(thresholds=tuple(range(1, ALERTS + 1)))
        stopping = threading.Event()
        sender = threading.Thread(target=Sending(container.send_next(), stopping).run)
        sender.start()
        try:
            for _ in range(ALERTS):
                for account in (dripping, good):
                    container.ingest_events()(account.call("1"))
                time.sleep(1)
            delays = wait_for(lambda: delivered(good), FAST_RECEIVERS * ALERTS)
        finally:
            stopping.set()
            sender.join()
    _, most, _ = percentiles(delays)
    say(
        f"{FAST_RECEIVERS} receivers beside {SLOW_RECEIVERS} that drip, {ALERTS} alerts:"
        f" 95 of 100 within {most:.2f} s, the last after {max(delays):.2f} s"
    )


def delivered(account: Account) -> list[float]:
    """Seconds from the alert to the answer, of all that were delivered."""
    of = account.key.organization_id
    with account.container.units_of_work()() as uow:
        found = [
            delivery
            for channel in uow.channels.list(of)
            for delivery in uow.deliveries.of_channel(of, channel.id)
        ]
    return [
        (each.delivered_at - each.created_at).total_seconds() for each in found if each.delivered_at
    ]


def wait_for(ask: Callable[[], list[float]], number: int) -> list[float]:
    deadline = time.monotonic() + 120
    while len(found := ask()) < number and time.monotonic() < deadline:
        time.sleep(0.5)
    if len(found) < number:
        raise RuntimeError(f"{len(found)} of {number} were delivered")
    return found


def percentiles(values: Sequence[float]) -> tuple[float, float, float]:
    """The median, and what 95 and 99 of 100 are below."""
    cuts = statistics.quantiles(values, n=100)
    return cuts[49], cuts[94], cuts[98]


def main() -> int:
    wanted = set(sys.argv[1:])
    with (
        tempfile.TemporaryDirectory() as folder,
        postgres_server(Path(folder)) as server,
    ):
        say(f"cores: {os.cpu_count()}")
        parts: dict[str, Callable[[], None]] = {
            "crossings": lambda: crossings(server),
            "histories": lambda: histories(server),
            "reservations": lambda: reservations(server, Path(folder) / "log"),
            "ingestion": lambda: ingestion(server),
            "fan-out": lambda: fan_out(server),
        }
        for name, part in parts.items():
            if not wanted or name in wanted:
                part()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
