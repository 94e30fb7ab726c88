"""How PostgreSQL answers a statement, as it tells."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from psycopg import ClientCursor
from sqlalchemy import Connection

Plan = Mapping[str, Any]
_PARAMETER = re.compile(r"%\((\w+)\)s")


def plan_of(connection: Connection, statement: str, parameters: Mapping[str, Any]) -> Plan:
    """That of a statement which is about to run: made for its parameters, or kept for any."""
    driver: Any = connection.connection.driver_connection
    if driver.prepare_threshold != 0:
        found = driver.execute(f"EXPLAIN (FORMAT JSON) {statement}", parameters)
        return _plan(found.fetchone())
    names = list(dict.fromkeys(_PARAMETER.findall(statement)))
    numbered = _PARAMETER.sub(lambda found: f"${names.index(found[1]) + 1}", statement)
    driver.execute(f"PREPARE explained AS {numbered.replace('%%', '%')}", prepare=False)
    values = ", ".join(f"%({name})s" for name in names)
    with ClientCursor(driver) as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) EXECUTE explained ({values})", parameters)
        found = _plan(cursor.fetchone())
    driver.execute("DEALLOCATE explained", prepare=False)
    return found


def _plan(row: Any) -> Plan:
    plan: Plan = row[0][0]["Plan"]
    return plan


def nodes(plan: Plan) -> Iterator[Plan]:
    """It and all its parts."""
    yield plan
    for part in plan.get("Plans", ()):
        yield from nodes(part)
