"""Budgets in PostgreSQL."""

from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, insert, select, update

from adapters.sql.ids import is_id
from adapters.sql.tables import budgets
from application.ports.budgets import BudgetRepository
from domain.budget import Budget, BudgetPeriod, BudgetScope, BudgetTerms, Enforcement
from domain.report import Dimension


class SqlBudgetRepository(BudgetRepository):
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, organization_id: str, budget: Budget) -> None:
        self._connection.execute(
            insert(budgets).values(
                id=budget.id,
                organization_id=organization_id,
                created_at=budget.created_at,
                **_changing(budget),
            )
        )

    def get_for_update(self, organization_id: str, budget_id: str) -> Budget | None:
        if not is_id(budget_id):
            return None
        found = select(budgets).where(*_is(organization_id, budget_id))
        row = self._connection.execute(found.with_for_update()).one_or_none()
        return None if row is None else _to_budget(row._asdict())

    def list(
        self, organization_id: str, *, after: str | None = None, limit: int = 500
    ) -> list[Budget]:
        found = select(budgets).where(budgets.c.organization_id == organization_id)
        if after is not None:
            if not is_id(after):
                return []
            found = found.where(budgets.c.id > after)
        rows = self._connection.execute(found.order_by(budgets.c.id).limit(limit))
        return [_to_budget(row._asdict()) for row in rows]

    def update(self, organization_id: str, budget: Budget) -> None:
        self._connection.execute(
            update(budgets).where(*_is(organization_id, budget.id)).values(_changing(budget))
        )

    def remove(self, organization_id: str, budget_id: str) -> bool:
        if not is_id(budget_id):
            return False
        removed = self._connection.execute(delete(budgets).where(*_is(organization_id, budget_id)))
        return removed.rowcount > 0


def _is(organization_id: str, budget_id: str) -> tuple[ColumnElement[bool], ...]:
    return (budgets.c.organization_id == organization_id, budgets.c.id == budget_id)


def _changing(budget: Budget) -> dict[str, Any]:
    terms = budget.terms
    is_estimate = isinstance(terms.unpriced, Decimal)
    return {
        "name": terms.name,
        "limit_usd": terms.limit_usd,
        "period": terms.period,
        "timezone": terms.timezone,
        "scope": dict(terms.scope.dimensions),
        "scope_tags": dict(terms.scope.tags),
        "thresholds": list(terms.thresholds),
        "forecast_thresholds": list(terms.forecast_thresholds),
        "enforcement": terms.enforcement,
        "unpriced": "estimate" if is_estimate else terms.unpriced,
        "unpriced_estimate_usd": terms.unpriced if is_estimate else None,
        "version": budget.version,
        "updated_at": budget.updated_at,
    }


def _to_budget(row: dict[str, Any]) -> Budget:
    scope = {Dimension(name): value for name, value in row["scope"].items()}
    terms = BudgetTerms(
        name=row["name"],
        limit_usd=row["limit_usd"],
        period=BudgetPeriod(row["period"]),
        timezone=row["timezone"],
        scope=BudgetScope(dimensions=scope, tags=row["scope_tags"]),
        thresholds=tuple(row["thresholds"]),
        forecast_thresholds=tuple(row["forecast_thresholds"]),
        enforcement=Enforcement(row["enforcement"]),
        unpriced=(
            row["unpriced"]
            if row["unpriced_estimate_usd"] is None
            else row["unpriced_estimate_usd"]
        ),
    )
    return Budget(
        id=row["id"],
        organization_id=row["organization_id"],
        terms=terms,
        version=row["version"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
    )
