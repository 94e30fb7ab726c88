"""Budgets and how they stand."""

from collections.abc import Iterator, Mapping
from typing import Any

from application.budgets.budget_standing import BudgetWithStatus
from application.budgets.list_budgets import ListBudgetsRequest
from application.budgets.remove_budget import RemoveBudgetRequest
from application.budgets.set_budget import SetBudgetRequest
from domain.budget import BudgetStatus
from domain.budget_scope import BudgetScope
from domain.providers import canonical_provider
from domain.report import Dimension
from entrypoints.container import Container
from entrypoints.http.api import budget_periods, budget_versions
from entrypoints.http.api.budget_versions import counted_document
from entrypoints.http.api.routes import Routes
from entrypoints.http.api.tables import Row, table
from entrypoints.http.authentication import current_member, current_organization_id
from entrypoints.http.schemas.budgets import (
    BudgetListSchema,
    BudgetSchema,
    BudgetTermsSchema,
    CreateBudgetSchema,
)
from entrypoints.http.schemas.lists import PageQuerySchema, next_cursor


def blueprint(container: Container) -> Routes:
    routes = Routes("budgets", __name__, url_prefix="/api/v1/budgets", description="Budgets")
    run_list_budgets, run_set_budget = container.list_budgets(), container.set_budget()
    run_remove_budget = container.remove_budget()

    @routes.get("")
    @routes.arguments(PageQuerySchema, location="query")
    @table(
        routes, BudgetListSchema, "The budgets", name="truecompute-budgets", rows_of=_with_estimate
    )
    def list_budgets(query: dict[str, Any]) -> dict[str, Any]:
        """Budgets in the order they were made, each with its status this period."""
        limit, cursor = query["limit"], query["cursor"]
        budgets = run_list_budgets(
            ListBudgetsRequest(
                organization_id=current_organization_id(),
                after=str(cursor) if cursor else None,
                limit=limit + 1,
            )
        )
        return {
            "data": [_document(each) for each in budgets[:limit]],
            "next_cursor": next_cursor([each.budget.id for each in budgets], limit),
        }

    @routes.post("")
    @routes.arguments(CreateBudgetSchema)
    @routes.response(201, BudgetSchema)
    def create_budget(body: dict[str, Any]) -> dict[str, Any]:
        """Create a budget."""
        member = current_member()
        return _document(
            run_set_budget(
                SetBudgetRequest(
                    organization_id=member.organization_id,
                    changed_by=member.user_id,
                    changes=terms_of(body),
                )
            )
        )

    @routes.patch("/<uuid:budget_id>")
    @routes.arguments(BudgetTermsSchema)
    @routes.response(200, BudgetSchema)
    @routes.problems(404)
    def change_budget(body: dict[str, Any], budget_id: object) -> dict[str, Any]:
        """Change a budget; what the body leaves out stays."""
        member = current_member()
        changed = SetBudgetRequest(
            organization_id=member.organization_id,
            changed_by=member.user_id,
            budget_id=str(budget_id),
            changes=terms_of(body),
        )
        return _document(run_set_budget(changed))

    @routes.delete("/<uuid:budget_id>")
    @routes.response(204)
    @routes.problems(404)
    def remove_budget(budget_id: object) -> None:
        """Delete a budget; the events it counted stay."""
        run_remove_budget(
            RemoveBudgetRequest(
                organization_id=current_member().organization_id, budget_id=str(budget_id)
            )
        )

    budget_periods.add_routes(routes, container)
    budget_versions.add_routes(routes, container)
    return routes


def terms_of(body: Mapping[str, Any]) -> dict[str, Any]:
    """A loaded body as fields of ``BudgetTerms``."""
    changes = dict(body)
    if body.get("channel_ids") is not None:
        changes["channel_ids"] = tuple(str(each) for each in body["channel_ids"])
    if "scope" in changes:
        changes["scope"] = _scope(changes["scope"])
    return changes


def _scope(sent: Mapping[str, Any]) -> BudgetScope:
    named = {name: value for name, value in sent.items() if name != "tags" and value is not None}
    if "provider" in named:
        named["provider"] = canonical_provider(named["provider"], None)
    return BudgetScope(
        dimensions={Dimension(name): value for name, value in named.items()},
        tags=sent.get("tags", {}),
    )


def _document(found: BudgetWithStatus) -> dict[str, Any]:
    budget, terms = found.budget, found.budget.terms
    return {
        "id": budget.id,
        "name": terms.name,
        **counted_document(terms),
        "enforcement": terms.enforcement,
        "unpriced": terms.unpriced,
        "channel_ids": terms.channel_ids,
        "version": budget.version,
        "warnings": [{"code": each.value, "detail": each.detail} for each in found.warnings],
        "status": _status(found.status),
    }


def _with_estimate(budget: Row) -> Iterator[Row]:
    """In a file a word of ``unpriced`` and its amount have a column each."""
    unpriced = budget["unpriced"]
    estimate = unpriced["estimate_usd"] if isinstance(unpriced, Mapping) else None
    word = unpriced if estimate is None else "estimate"
    yield {"id": budget["id"], **budget, "unpriced": word, "unpriced_estimate_usd": estimate}


def _status(status: BudgetStatus) -> dict[str, Any]:
    forecast = status.forecast
    return {
        "period_start": status.period.start,
        "period_end": status.period.end,
        "spent_usd": status.spent_usd,
        "reserved_usd": status.reserved_usd,
        "remaining_usd": status.remaining_usd,
        "used_share": status.used_share,
        "forecast_usd": status.forecast_usd,
        "forecast_low_usd": None if forecast is None else forecast.low_usd,
        "forecast_high_usd": None if forecast is None else forecast.high_usd,
        "runs_out_at": None if forecast is None else forecast.runs_out_at,
        "state": status.state,
    }
