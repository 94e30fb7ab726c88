"""Amounts for periods of budgets, given to a statement as a table."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from sqlalchemy import DateTime, Numeric, Uuid, column, func, literal
from sqlalchemy.dialects.postgresql import ARRAY

from adapters.sql.budget_tables import budget_periods as periods
from application.ports.ledger import PeriodKey


def given_amounts(amounts: Iterable[tuple[PeriodKey, Decimal]]) -> Any:
    """Three arrays as a table: one statement, whatever number of periods it is about."""
    pairs = list(amounts)
    arrays = func.unnest(
        literal([key[0] for key, _ in pairs], ARRAY(Uuid(as_uuid=False))),
        literal([key[1] for key, _ in pairs], ARRAY(DateTime(timezone=True))),
        literal([amount for _, amount in pairs], ARRAY(Numeric)),
    )
    columns: tuple[Any, ...] = column("budget_id"), column("began"), column("amount", Numeric)
    return arrays.table_valued(*columns, name="given").render_derived()


def is_given(given: Any) -> Any:
    """Whether a period is among them."""
    return (periods.c.budget_id == given.c.budget_id) & (periods.c.start == given.c.began)
