"""Budgets in PostgreSQL."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    any_,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)

from adapters.sql.budget_documents import to_document, to_terms
from adapters.sql.budget_tables import budget_versions, budgets, model_answers
from adapters.sql.closing_periods import close_periods
from adapters.sql.ids import is_id
from adapters.sql.notification_tables import channels
from adapters.sql.organization_revisions import OrganizationRevisions
from adapters.sql.tables import organizations, users
from application.ports.budgets import BudgetInPlace, BudgetRepository
from domain.budget import Budget
from domain.budget_version import BudgetVersion
from domain.model_answers import MOST_ANSWERS, ModelAnswer


class SqlBudgetRepository(BudgetRepository):
    """The organization's row carries the revision, and its lock is the lock on the budgets."""

    def __init__(self, connection: Connection, revisions: OrganizationRevisions) -> None:
        self._connection = connection
        self._revisions = revisions

    def revision(self, organization_id: str) -> int:
        return self._revisions.budgets(organization_id)

    def lock(self, organization_id: str) -> None:
        self._revisions.revise(organization_id, organizations.c.budgets_revision)

    def add(self, organization_id: str, budget: Budget) -> None:
        self.lock(organization_id)
        self._connection.execute(
            insert(budgets).values(
                id=budget.id,
                organization_id=organization_id,
                created_at=budget.created_at,
                **_changing(budget),
            )
        )

    def get(self, organization_id: str, budget_id: str) -> Budget | None:
        if not is_id(budget_id):
            return None
        found = select(budgets).where(*_is(organization_id, budget_id))
        row = self._connection.execute(found).one_or_none()
        return None if row is None else _to_budget(row._asdict())

    def get_in_place(self, organization_id: str, budget_id: str) -> BudgetInPlace | None:
        if not is_id(budget_id):
            return None
        found = select(budgets, _IS_HEARD, _CALLS_BEGIN).where(*_is(organization_id, budget_id))
        row = self._connection.execute(found).one_or_none()
        if row is None:
            return None
        return BudgetInPlace(_to_budget(row._asdict()), row.is_heard, row.calls_begin)

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
        self.lock(organization_id)
        self._connection.execute(
            update(budgets).where(*_is(organization_id, budget.id)).values(_changing(budget))
        )

    def remove(self, organization_id: str, budget_id: str) -> bool:
        if not is_id(budget_id):
            return False
        self.lock(organization_id)
        close_periods(self._connection, organization_id, budget_id)
        removed = self._connection.execute(delete(budgets).where(*_is(organization_id, budget_id)))
        return removed.rowcount > 0

    def add_version(self, organization_id: str, version: BudgetVersion) -> None:
        self._connection.execute(
            insert(budget_versions).values(
                organization_id=organization_id,
                budget_id=version.budget_id,
                version=version.version,
                terms=to_document(version.terms),
                since=version.since,
                changed_by=version.changed_by,
            )
        )

    def versions(self, organization_id: str, budget_id: str) -> Sequence[BudgetVersion]:
        if not is_id(budget_id):
            return []
        mine = (
            budget_versions.c.organization_id == organization_id,
            budget_versions.c.budget_id == budget_id,
        )
        found = (
            select(budget_versions, func.coalesce(users.c.name, users.c.email).label("author"))
            .outerjoin(users, users.c.id == budget_versions.c.changed_by)
            .where(*mine)
            .order_by(budget_versions.c.version.desc())
        )
        rows = (row._asdict() for row in self._connection.execute(found))
        return [BudgetVersion(**{**row, "terms": to_terms(row["terms"])}) for row in rows]

    def add_answers(self, organization_id: str, answers: Iterable[ModelAnswer]) -> None:
        self.lock(organization_id)
        known = self.answers(organization_id)
        news = sorted(set(answers).difference(known))[: MOST_ANSWERS - len(known)]
        if news:
            rows = [{"organization_id": organization_id, **asdict(each)} for each in news]
            self._connection.execute(insert(model_answers), rows)

    def answers(self, organization_id: str) -> Sequence[ModelAnswer]:
        found = select(
            model_answers.c.provider, model_answers.c.requested_model, model_answers.c.model
        ).where(model_answers.c.organization_id == organization_id)
        return [ModelAnswer(**row._asdict()) for row in self._connection.execute(found)]


_IS_HEARD = (
    exists()
    .where(
        channels.c.organization_id == budgets.c.organization_id,
        or_(budgets.c.channel_ids.is_(None), channels.c.id == any_(budgets.c.channel_ids)),
        channels.c.disabled_at.is_(None),
    )
    .label("is_heard")
)
_CALLS_BEGIN = (
    select(organizations.c.events_begin)
    .where(organizations.c.id == budgets.c.organization_id)
    .scalar_subquery()
    .label("calls_begin")
)


def _is(organization_id: str, budget_id: str) -> tuple[ColumnElement[bool], ...]:
    return (budgets.c.organization_id == organization_id, budgets.c.id == budget_id)


def _changing(budget: Budget) -> dict[str, Any]:
    return {
        **to_document(budget.terms),
        "limit_usd": budget.terms.limit_usd,
        "version": budget.version,
        "updated_at": budget.updated_at,
    }


def _to_budget(row: dict[str, Any]) -> Budget:
    return Budget(
        id=row["id"],
        organization_id=row["organization_id"],
        terms=to_terms(row),
        version=row["version"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
    )
