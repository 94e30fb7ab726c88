"""What posting to budgets promises where another process has changed the row meanwhile."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import LiteralString

import psycopg
import pytest
from sqlalchemy import Engine

from adapters.sql.engine import create_pool
from adapters.sql.unit_of_work import SqlUnitsOfWork
from domain.budget import Budget
from domain.budget_book import Posting
from tests.contracts.ledger import LAST, THIS, a_stored_budget, find, key, open_period, post
from tests.contracts.tenants import a_stored_organization
from tests.integration.database import are_waiting
from tests.processes import eventually

CENT = Decimal("0.01")


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = create_pool(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def units_of_work(engine: Engine) -> SqlUnitsOfWork:
    return SqlUnitsOfWork(engine)


@pytest.fixture
def budgets(units_of_work: SqlUnitsOfWork) -> list[Budget]:
    """Three of an organization, the first two open, and in a row where they have been posted to."""
    organization = a_stored_organization(units_of_work)
    budgets = [a_stored_budget(units_of_work, organization) for _ in range(3)]
    for budget in budgets[:2]:
        open_period(units_of_work, budget, THIS, "1")
    post(units_of_work, [Posting(budgets, THIS, CENT)])
    return budgets


def spent(units_of_work: SqlUnitsOfWork, *budgets: Budget) -> list[Decimal | None]:
    found = (find(units_of_work, budget, THIS) for budget in budgets)
    return [each[0].spent_usd if each else None for each in found]


def test_what_another_process_closed_and_opened_is_found_at_its_new_place(
    units_of_work: SqlUnitsOfWork, engine: Engine, budgets: list[Budget]
) -> None:
    other = SqlUnitsOfWork(engine)
    with other() as uow:
        uow.ledger.close(budgets[0].organization_id, budgets[0].id)
        uow.commit()
    open_period(other, budgets[2], THIS, "5")
    posted = post(units_of_work, [Posting(budgets, THIS, CENT)])
    assert posted == {key(budgets[1], THIS): Decimal("1.02"), key(budgets[2], THIS): 5 + CENT}
    assert spent(units_of_work, *budgets) == [None, Decimal("1.02"), 5 + CENT]


@pytest.mark.parametrize(
    ("change", "after"),
    [
        ("UPDATE budget_periods SET spent_usd = '{7,8}'", [7 + CENT, 8 + CENT]),
        (
            (
                "UPDATE budget_periods SET spent_usd = '{7,8}',"
                " budget_ids = budget_ids[2:2] || budget_ids[1:1]"
            ),
            [8 + CENT, 7 + CENT],
        ),
        (
            (
                "UPDATE budget_periods SET spent_usd = '{8}', reserved_usd = '{0}',"
                " budget_ids = budget_ids[2:2]"
            ),
            [None, 8 + CENT],
        ),
    ],
    ids=["sums", "places", "budgets"],
)
def test_what_a_row_becomes_while_a_posting_waits_for_it_is_what_is_added_to(
    units_of_work: SqlUnitsOfWork,
    database_url: str,
    budgets: list[Budget],
    change: LiteralString,
    after: list[Decimal | None],
) -> None:
    with psycopg.connect(database_url) as other, ThreadPoolExecutor(1) as thread:
        other.execute(change)
        posting = thread.submit(post, units_of_work, [Posting(budgets, THIS, CENT)])
        eventually(lambda: are_waiting(database_url) == 1)
        other.commit()
        posted = posting.result()
    assert [posted.get(key(budget, THIS)) for budget in budgets[:2]] == after
    assert spent(units_of_work, *budgets[:2]) == after


def test_periods_that_are_only_to_be_held_are_held_and_stay_as_they_are(
    units_of_work: SqlUnitsOfWork, database_url: str, budgets: list[Budget]
) -> None:
    first, second, _ = budgets
    open_period(units_of_work, first, LAST, "3")
    with units_of_work() as uow:
        uow.ledger.post(
            first.organization_id, [Posting([second], THIS, CENT)], also=[key(first, LAST)]
        )
        with psycopg.connect(database_url) as other:
            free = other.execute(
                "SELECT count(*) FROM (SELECT FROM budget_periods FOR UPDATE SKIP LOCKED) AS free"
            ).fetchone()
        assert free == (0,)
        uow.commit()
    assert find(units_of_work, first, LAST)[0].spent_usd == 3
    assert spent(units_of_work, first, second) == [1 + CENT, 1 + 2 * CENT]
