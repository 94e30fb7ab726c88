"""`truecompute verify` and `truecompute rebuild`, as an operator runs them."""

from collections.abc import Iterator

import psycopg
import pytest
from click.testing import CliRunner, Result

from adapters.sql.engine import create_pool
from adapters.sql.unit_of_work import SqlUnitsOfWork
from entrypoints.cli.main import main
from tests.builders import an_event
from tests.contracts.events import append
from tests.contracts.tenants import a_stored_key


@pytest.fixture
def units_of_work(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[SqlUnitsOfWork]:
    monkeypatch.setenv("DATABASE_URL", database_url)
    engine = create_pool(database_url)
    yield SqlUnitsOfWork(engine)
    engine.dispose()


def run(command: str) -> Result:
    return CliRunner().invoke(main, [command])


def test_a_wrong_sum_is_named_until_the_sums_are_made_anew(
    units_of_work: SqlUnitsOfWork, database_url: str
) -> None:
    key = a_stored_key(units_of_work)
    append(units_of_work, key, [an_event(key, model="gpt-4o")])
    with units_of_work() as uow:
        uow.rollups.add_waiting()
        uow.commit()
    assert run("verify").exit_code == 0
    with psycopg.connect(database_url) as connection:
        connection.execute("UPDATE usage_rollups SET calls = 7 WHERE breakdown = 'model'")
    found = run("verify")
    assert found.exit_code == 1
    assert "gpt-4o, day of" in found.output
    assert "calls 7, are 1" in found.output
    assert "truecompute rebuild" in found.output
    assert run("rebuild").output == "The sums of one organization were made anew.\n"
    assert run("verify").output == "The sums of one organization are what the calls amount to.\n"
