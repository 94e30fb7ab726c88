"""What a hundred budgets cost ingestion as ``make bench-ingestion`` measures it without any."""

from collections.abc import Callable
from pathlib import Path
from statistics import median

from benchmarks.budgets.databases import say, two_processes
from benchmarks.doors import DOORS
from benchmarks.ingestion import over_http, single
from tests.chaos.senders import EVENTS, open_account, post
from tests.integration.database import PostgresServer

BUDGETS, ROUNDS = 100, 5
#: Every event of the benchmark falls under each of them.
_SCOPES: tuple[dict[str, str], ...] = (
    {},
    {"provider": "openai"},
    {"model": "gpt-4o"},
    {"provider": "openai", "model": "gpt-4o"},
)


def rates(server: PostgresServer, log: Path) -> None:
    """Events a second, of an organization without budgets and of one with a hundred, in turn."""
    with two_processes(server, log) as port:
        bare, _ = open_account(port)
        watched, cookie = open_account(port, "b@example.com")
        for number in range(BUDGETS):
            scope = _SCOPES[number % len(_SCOPES)]
            post(
                port,
                "/api/v1/budgets",
                {"name": "B", "limit_usd": "1000000", "scope": scope},
                cookie,
            )
        native = next(door for door in DOORS if door.name == "native")
        of: dict[str, Callable[[str], float]] = {
            "batches of 500 on 8 connections": lambda key: over_http(port, key, native),
            "single events on 32 connections": lambda key: single(port, key, EVENTS),
            "single events, one after the other": lambda key: single(port, key, EVENTS, 1),
        }
        for name, rate in of.items():
            pairs = [(rate(bare), rate(watched)) for _ in range(ROUNDS)]
            without, beside = (median(each) for each in zip(*pairs, strict=True))
            longer = median(a / b for a, b in pairs)
            say(
                f"{name}: {without:.0f} a second without budgets, {beside:.0f} with {BUDGETS}:"
                f" {longer:.2f} times as long"
            )
