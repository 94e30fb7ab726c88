"""Budgets when many call at once, when processes die, and after any history."""

import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from threading import Event, Thread
from typing import LiteralString

import psycopg
import pytest
from dependency_injector import providers

from adapters.memory.clock import ManualClock
from application.budgets.remove_budget import RemoveBudgetRequest
from application.ingestion.ingest_events import IngestEventsRequest
from application.pricing.set_terms import SetTermsRequest
from domain.budget import Budget, BudgetPeriod, Enforcement
from domain.budget_scope import BudgetScope
from domain.errors import Unavailable
from domain.pricing.terms import TermsKind
from domain.report import Dimension
from domain.reservation import BudgetExceeded
from entrypoints.container import Container
from tests.budget_histories import random_history
from tests.budget_races import LOCAL, UNPRICED, Account, Racers, container_on, racers
from tests.integration.database import are_waiting
from tests.integration.server import ROOT
from tests.integration.webhook_receiver import receiver
from tests.processes import eventually

#: ``make bench-budgets`` does 200 and 1,000.
CROSSINGS, HISTORIES = 12, 20
CALLERS = 64
EVENING = datetime(2026, 11, 23, 23, 20, tzinfo=UTC)
TENTH = Decimal("0.1")
LOCK_ROW_OF = "SELECT 1 FROM budget_periods WHERE %s = ANY(budget_ids) FOR UPDATE"


@pytest.fixture
def container(database_url: str) -> Iterator[Container]:
    container = container_on(database_url)
    yield container
    container.engine().dispose()


@pytest.fixture
def account(container: Container) -> Account:
    return Account.on(container)


@pytest.fixture
def racing(database_url: str) -> Iterator[Racers]:
    with racers(database_url) as found:
        yield found


@pytest.fixture
def clock(container: Container) -> ManualClock:
    clock = ManualClock(EVENING)
    container.clock.override(providers.Object(clock))
    return clock


def agree(account: Account, *budgets: Budget) -> bool:
    """Whether the ledger has what the calls add up to, to the last digit."""
    return all(
        (found := account.in_ledger(budget)) is not None
        and found.spent_usd == account.spent(budget)
        for budget in budgets
    )


def spent_and_reserved(account: Account, budget: Budget) -> tuple[Decimal, Decimal]:
    """In the period in progress, which is open."""
    found = account.in_ledger(budget)
    assert found is not None
    return found.spent_usd, found.reserved_usd


def together(*requests: IngestEventsRequest) -> IngestEventsRequest:
    """One request of all their calls."""
    return replace(requests[0], items=[item for each in requests for item in each.items])


def project(name: str) -> BudgetScope:
    return BudgetScope({Dimension.PROJECT: name})


def test_of_many_calls_that_cross_a_threshold_together_one_raises_its_alert(
    container: Container, racing: Racers
) -> None:
    for trial in range(CROSSINGS):
        account = Account.on(container)
        channels = sorted(account.add_channel() for _ in range(2))
        budget = account.set_budget(limit_usd=Decimal(1), thresholds=(50,))
        calls = [account.call("0.01") for _ in range(CALLERS)]
        # As a server joins them, and each in a transaction of its own.
        assert racing.run(calls, is_alone=bool(trial % 2)) == ["accepted"] * CALLERS
        (alert,) = account.alerts(budget)
        assert alert.threshold == 50
        assert sorted(account.channels_told(alert)) == channels
        assert agree(account, budget)


def test_a_jump_over_three_thresholds_alerts_each_in_order(account: Account) -> None:
    budget = account.set_budget(limit_usd=Decimal(10))
    ingest = account.container.ingest_events()
    ingest(account.call("4"))
    assert not account.alerts(budget)
    ingest(account.call("3", "3", "3"))
    raised = account.alerts(budget)
    assert [(alert.threshold, alert.spent_usd) for alert in raised] == [
        (50, Decimal(13)),
        (80, Decimal(13)),
        (100, Decimal(13)),
    ]


def test_an_alert_whose_sender_was_killed_is_sent_again_under_its_id(
    account: Account, database_url: str, tmp_path: Path
) -> None:
    with receiver() as hook:
        channel = account.add_channel(hook.url)
        budget = account.set_budget(limit_usd=Decimal(1), thresholds=(50,))
        account.container.ingest_events()(account.call("0.7"))
        with worker(database_url, tmp_path / "first") as first:
            asked = hook.next_post()
            first.send_signal(signal.SIGKILL)
            first.wait()
        end_leases(database_url)
        with worker(database_url, tmp_path / "second"):
            again = hook.next_post()
            again.answer(204)
            eventually(lambda: delivered(database_url) == [(2, 204)])
    assert asked.headers["webhook-id"] == again.headers["webhook-id"]
    (alert,) = account.alerts(budget)
    assert account.channels_told(alert) == [channel]


def test_of_reservations_at_once_as_many_succeed_as_there_is_room_for(
    account: Account, racing: Racers
) -> None:
    budget = account.set_budget(limit_usd=Decimal(1), enforcement=Enforcement.BLOCK)
    answers = racing.run([account.reservation(TENTH) for _ in range(100)])
    assert Counter(answers) == {"reserved": 10, "BudgetExceeded": 90}
    assert spent_and_reserved(account, budget) == (Decimal(0), Decimal(1))


def test_the_same_holds_where_each_takes_it_in_a_step_of_its_own(
    account: Account, racing: Racers
) -> None:
    budget = account.set_budget(limit_usd=Decimal(1), enforcement=Enforcement.BLOCK)
    # Each process learns which budgets there are.
    assert racing.run([account.reservation(TENTH) for _ in range(2)]) == ["reserved"] * 2
    answers = racing.run([account.reservation(TENTH) for _ in range(40)], is_alone=True)
    assert Counter(answers) == {"reserved": 8, "BudgetExceeded": 32}
    assert spent_and_reserved(account, budget) == (Decimal(0), Decimal(1))


@pytest.mark.parametrize(
    "change",
    [
        (
            "UPDATE organizations SET budgets_revision = budgets_revision + 1;"
            " UPDATE budgets SET limit_usd = 0.15"
        ),
        "UPDATE budget_periods SET spent_usd = '{0.85}'",
    ],
)
def test_what_a_budget_becomes_while_a_reservation_waits_for_it_is_what_it_is_asked_for(
    account: Account, database_url: str, change: LiteralString
) -> None:
    budget = account.set_budget(limit_usd=Decimal(1), enforcement=Enforcement.BLOCK)
    reserve = account.container.reserve()
    reserve(account.reservation(TENTH))
    with psycopg.connect(database_url) as other, ThreadPoolExecutor(1) as thread:
        other.execute(change)
        reserving = thread.submit(reserve, account.reservation(TENTH))
        eventually(lambda: are_waiting(database_url) == 1)
        other.commit()
        with pytest.raises(BudgetExceeded):
            reserving.result()
    assert spent_and_reserved(account, budget)[1] == TENTH


def test_a_reservation_that_waits_while_another_budgets_period_is_opened_is_held(
    account: Account, database_url: str
) -> None:
    budget = account.set_budget(
        limit_usd=Decimal(1), enforcement=Enforcement.BLOCK, scope=project("a")
    )
    other_budget = account.set_budget(scope=project("b"))
    begin_anew(account, other_budget)
    reserve = account.container.reserve()
    reserve(account.reservation(TENTH, project="a"))
    with ThreadPoolExecutor(1) as thread, account.container.units_of_work()() as uow:
        period = other_budget.period_at(account.now())
        uow.ledger.open(
            other_budget.organization_id, other_budget.id, period, Decimal(0), Decimal(0)
        )
        reserving = thread.submit(reserve, account.reservation(TENTH, project="a"))
        eventually(lambda: are_waiting(database_url) == 1)
        uow.commit()
        assert reserving.result().room_usd
    assert spent_and_reserved(account, budget) == (Decimal(0), 2 * TENTH)
    assert spent_and_reserved(account, other_budget) == (Decimal(0), Decimal(0))


def test_a_call_that_gets_its_price_gives_back_what_was_held_for_it(account: Account) -> None:
    container = account.container
    budget = account.set_budget(
        limit_usd=Decimal(1), enforcement=Enforcement.BLOCK, unpriced=Decimal("0.3")
    )
    usage = {"prompt_tokens": 1000, "completion_tokens": 1000}
    for _ in range(3):
        reserved = container.reserve()(account.reservation(None)).reservation
        call = account.call(None, provider_usage=usage, reservation_id=reserved.id)
        container.ingest_events()(call)
    with pytest.raises(BudgetExceeded):
        container.reserve()(account.reservation(None))
    assert spent_and_reserved(account, budget) == (Decimal(0), Decimal("0.9"))
    container.set_terms()(
        SetTermsRequest(
            organization_id=account.key.organization_id,
            user_id=account.key.created_by,
            kind=TermsKind.ALIAS,
            changes={"provider": "openai", "alias": UNPRICED, "model": "gpt-4o"},
        )
    )
    while container.reprice_events()():
        pass
    assert spent_and_reserved(account, budget) == (Decimal("0.0375"), Decimal(0))
    assert agree(account, budget)


def test_any_history_of_budgets_follows_the_model(container: Container, clock: ManualClock) -> None:
    for seed in range(HISTORIES):
        clock.advance(EVENING - clock.now())
        assert random_history(Account.on(container), clock.advance, seed) == []


def test_budgets_that_change_while_calls_are_stored_count_each_call_once(
    account: Account, racing: Racers
) -> None:
    done, stored = Event(), list[str]()

    def ingest() -> None:
        while not done.is_set():
            calls = [
                account.call(f"0.00000000000{turn}1", project=f"p{turn % 3}") for turn in range(8)
            ]
            stored.extend(racing.run(calls, is_alone=True))

    ingesting = Thread(target=ingest)
    ingesting.start()
    try:
        budgets = changing_budgets(account, rounds=25)
    finally:
        done.set()
        ingesting.join()
    assert set(stored) == {"accepted"}
    assert len(stored) > 100
    assert len(budgets) > 10
    assert agree(account, *budgets)


def changing_budgets(account: Account, rounds: int) -> list[Budget]:
    """Make budgets, change what they count, and remove some; those that are left."""
    kept: list[Budget] = []
    for turn in range(rounds):
        made = account.set_budget(scope=project(f"p{turn % 3}"), period=BudgetPeriod.MONTH)
        changed = account.set_budget(made.id, scope=project(f"p{(turn + 1) % 3}"))
        if turn % 2:
            kept.append(account.set_budget(changed.id, limit_usd=Decimal(turn)))
            continue
        request = RemoveBudgetRequest(organization_id=made.organization_id, budget_id=made.id)
        account.container.remove_budget()(request)
    return kept


def test_the_first_calls_of_a_period_open_it_once(container: Container, racing: Racers) -> None:
    for _ in range(4):
        account = Account.on(container)
        everything = account.set_budget()
        budgets = [account.set_budget(scope=project(f"p{number}")) for number in range(4)]
        begin_anew(account, everything, *budgets)
        calls = [account.call("0.1", "0.02", project=f"p{number % 4}") for number in range(32)]
        answers = Counter(racing.run(calls, is_alone=True))
        assert set(answers) <= {"accepted", "Unavailable"}, answers
        assert account.spent(everything) == answers["accepted"] * Decimal("0.12")
        assert agree(account, everything, *budgets)


def begin_anew(account: Account, *budgets: Budget) -> None:
    """As on the first of a month: no period of these is open."""
    with account.container.units_of_work()() as uow:
        for budget in budgets:
            uow.ledger.close(budget.organization_id, budget.id)
        uow.commit()


def test_a_deadlock_in_the_ledger_is_unavailable_and_nothing_is_stored(
    account: Account, database_url: str
) -> None:
    new = account.set_budget(scope=project("new"))
    open_ = account.set_budget(scope=project("open"), period=BudgetPeriod.WEEK)
    begin_anew(account, new)
    period = new.period_at(account.now())
    request = together(account.call("1", project="open"), account.call("1", project="new"))
    ingest = account.container.ingest_events()
    with psycopg.connect(database_url) as other, ThreadPoolExecutor(1) as thread:
        # It never looks for deadlocks itself, so that the calls' transaction is the one to end.
        other.execute("SET deadlock_timeout = '1h'")
        other.execute(
            "INSERT INTO budget_periods"
            ' (organization_id, start, "end", budget_ids, spent_usd, reserved_usd)'
            " VALUES (%s, %s, %s, %s::uuid[], '{0}', '{0}')",
            [new.organization_id, period.start, period.end, [new.id]],
        )
        storing = thread.submit(ingest, request)
        eventually(lambda: are_waiting(database_url) == 1)
        other.execute(LOCK_ROW_OF, [open_.id])
        with pytest.raises(Unavailable):
            storing.result()
        other.rollback()
    assert account.spent(open_) == account.spent(new) == 0
    assert agree(account, open_)
    ingest(request)
    assert agree(account, open_, new)


def test_a_period_opened_while_a_call_of_it_is_stored_ahead_of_time_counts_that_call(
    account: Account, clock: ManualClock, database_url: str
) -> None:
    clock.advance(EVENING.replace(hour=23, minute=55) - clock.now())
    tomorrow = account.set_budget(
        scope=project("a"), period=BudgetPeriod.DAY, enforcement=Enforcement.BLOCK
    )
    monthly = account.set_budget(scope=project("b"), period=BudgetPeriod.MONTH)
    ahead = account.call("1", project="a", timestamp=clock.now() + timedelta(minutes=9))
    request = together(ahead, account.call("1", project="b"))
    with psycopg.connect(database_url) as other, ThreadPoolExecutor(1) as thread:
        other.execute(LOCK_ROW_OF, [monthly.id])
        storing = thread.submit(account.container.ingest_events(), request)
        eventually(lambda: are_waiting(database_url) == 1)
        account.container.reserve()(
            account.reservation("1", project="a", expires_in=timedelta(minutes=30))
        )
        other.rollback()
        storing.result()
    clock.advance(timedelta(minutes=10))
    assert account.spent(tomorrow) == 1
    assert agree(account, tomorrow)


def test_a_call_ahead_of_its_period_alerts_too(account: Account, clock: ManualClock) -> None:
    clock.advance(EVENING.replace(hour=23, minute=55) - clock.now())
    budget = account.set_budget(
        limit_usd=Decimal(1), period=BudgetPeriod.DAY, enforcement=Enforcement.BLOCK
    )
    account.container.reserve()(account.reservation("0.1", expires_in=timedelta(minutes=30)))
    ingest = account.container.ingest_events()
    ingest(account.call("0.9", timestamp=clock.now() + timedelta(minutes=9)))
    clock.advance(timedelta(minutes=10))
    ingest(account.call("0.01"))
    assert [alert.threshold for alert in account.alerts(budget)] == [50, 80]


@contextmanager
def worker(database_url: str, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """The worker's own process, until the context ends."""
    settings = {
        "PYTHONPATH": str(ROOT / "src"),
        "DATABASE_URL": database_url,
        "WEBHOOK_ALLOWED_NETWORKS": str(LOCAL),
    }
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-c", "from entrypoints.worker import main; main()"],
            env=os.environ | settings,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            yield process
        finally:
            process.kill()
            process.wait()


def end_leases(database_url: str) -> None:
    """As when the minute has passed that a sender has."""
    with psycopg.connect(database_url) as connection:
        connection.execute("UPDATE channels SET sending_until = now() - interval '1 second'")


def delivered(database_url: str) -> list[tuple[int, int]]:
    """Attempts and the last status of what is delivered."""
    with psycopg.connect(database_url) as connection:
        found = connection.execute(
            "SELECT attempts, last_status FROM deliveries WHERE state = 'delivered'"
        )
        return [(row[0], row[1]) for row in found]
