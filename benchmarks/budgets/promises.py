"""Whether budgets keep what they promise when many call at once."""

import os
from collections import Counter
from datetime import UTC, datetime
from decimal import Decimal

from dependency_injector import providers

from adapters.memory.clock import ManualClock
from benchmarks.budgets.databases import application, database, say
from tests.budget_histories import random_history
from tests.budget_races import Account, container_on, racers
from tests.integration.database import PostgresServer

CROSSINGS = int(os.environ.get("BUDGET_CROSSINGS", "200"))
HISTORIES = int(os.environ.get("BUDGET_HISTORIES", "1000"))
CALLERS = 64
EVENING = datetime(2026, 11, 23, 23, 20, tzinfo=UTC)


def crossings(server: PostgresServer) -> int:
    """How many of them did not alert exactly once."""
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
    return CROSSINGS - alerts[1]


def histories(server: PostgresServer) -> int:
    """How often one went otherwise than by the model."""
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
    return violations
