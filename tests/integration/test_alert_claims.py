"""An alert has one claimer, however many transactions reach for it before any has ended.

Elsewhere the locks of the ledger let only one call cross a threshold. Here nothing stands between
the claims but the unique indexes, and a claim that does without them shows that this is noticed.
"""

from collections.abc import Iterator
from dataclasses import replace
from threading import Barrier

import pytest
from sqlalchemy import Engine, select, text

from adapters.sql.alerts import SqlAlertRepository
from adapters.sql.engine import create_pool
from adapters.sql.notification_tables import alerts
from adapters.sql.unit_of_work import SqlUnitsOfWork
from domain.alert import Alert
from domain.organization import Organization
from tests.builders import NOW, an_id
from tests.contracts.concurrency import at_once
from tests.contracts.notifications import a_spike, an_alert
from tests.contracts.tenants import a_stored_organization
from tests.integration.database import are_waiting
from tests.processes import eventually

CLAIMERS, TRIALS = 8, 12
_PATIENCE_S = 60


class LooksFirst(SqlAlertRepository):
    """Adds an alert where it does not see it yet: right, as long as it is alone."""

    def claim(self, organization_id: str, alert: Alert) -> bool:
        same = select(alerts.c.id).where(
            alerts.c.organization_id == organization_id,
            alerts.c.kind == alert.kind,
            alerts.c.budget_id.is_not_distinct_from(alert.budget_id),
            alerts.c.threshold.is_not_distinct_from(alert.threshold),
            alerts.c.version == alert.version,
            alerts.c.period_start == alert.period.start,
        )
        if self._connection.execute(same).first() is not None:
            return False
        return super().claim(organization_id, alert)


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = create_pool(database_url, size=CLAIMERS)
    yield engine
    engine.dispose()


@pytest.fixture
def organization(engine: Engine) -> Organization:
    return a_stored_organization(SqlUnitsOfWork(engine))


def claims_at_once(
    engine: Engine, alert: Alert, repository: type[SqlAlertRepository]
) -> list[bool]:
    """Which of them was first; each transaction has begun before any claims.

    Who is first commits only when all others have their answer, or wait for it.
    """
    url = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    have_begun, answers = Barrier(CLAIMERS), list[bool]()

    def claim(_: int) -> bool:
        with engine.begin() as connection:
            connection.execute(text("SELECT 1 FROM alerts"))
            have_begun.wait(_PATIENCE_S)
            claimed = replace(alert, id=an_id())
            is_first = repository(connection).claim(alert.organization_id, claimed)
            answers.append(is_first)
            if is_first:
                eventually(lambda: len(answers) + are_waiting(url) >= CLAIMERS)
        return is_first

    return at_once(CLAIMERS, claim)


def test_of_claims_that_begin_before_any_ends_one_is_first(
    engine: Engine, organization: Organization
) -> None:
    for _ in range(TRIALS):
        for alert in (an_alert(organization), a_spike(organization, NOW)):
            new = replace(alert, organization_id=a_stored_organization(SqlUnitsOfWork(engine)).id)
            found = claims_at_once(engine, new, SqlAlertRepository)
            assert sorted(found) == [False] * (CLAIMERS - 1) + [True]


def test_without_the_indexes_a_claim_that_looks_first_is_found_out(
    engine: Engine, organization: Organization
) -> None:
    with engine.begin() as connection:
        for index in ("uq_alerts_threshold", "uq_alerts_spike"):
            connection.execute(text(f"DROP INDEX {index}"))
    for alert in (an_alert(organization), a_spike(organization, NOW)):
        assert claims_at_once(engine, alert, LooksFirst).count(True) > 1
