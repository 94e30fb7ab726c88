"""What only PostgreSQL can get wrong about deliveries: who changes one at the same time."""

import psycopg
import pytest
from psycopg.errors import LockNotAvailable

from adapters.sql.engine import create_pool
from adapters.sql.unit_of_work import SqlUnitsOfWork
from tests.contracts.notifications import a_channel, a_delivery, add_channels, add_deliveries
from tests.contracts.tenants import a_stored_organization

_TAKE = "SELECT id FROM deliveries WHERE id = %s FOR UPDATE NOWAIT"


def test_no_attempt_of_a_held_delivery_begins_or_ends(database_url: str) -> None:
    engine = create_pool(database_url)
    units_of_work = SqlUnitsOfWork(engine)
    organization = a_stored_organization(units_of_work)
    channel = a_channel(organization)
    delivery = a_delivery(channel)
    add_channels(units_of_work, channel)
    add_deliveries(units_of_work, delivery)
    with psycopg.connect(database_url, autocommit=True) as other:
        with units_of_work() as uow:
            assert uow.deliveries.hold(organization.id, delivery.id) == delivery
            with pytest.raises(LockNotAvailable):
                other.execute(_TAKE, [delivery.id])
        assert other.execute(_TAKE, [delivery.id]).fetchone() is not None
    engine.dispose()
