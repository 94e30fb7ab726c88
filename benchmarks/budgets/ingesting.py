"""What budgets cost the calls that they count."""

import statistics
import time
from datetime import timedelta
from decimal import Decimal

from application.ingestion.ingest_events import IngestEventsRequest
from benchmarks.budgets.databases import application, say
from benchmarks.timing import ratio
from domain.budget_scope import BudgetScope
from domain.report import Dimension
from entrypoints.container import Container
from tests.budget_races import Account
from tests.integration.database import PostgresServer

BATCH, ROUNDS = 500, 30


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
