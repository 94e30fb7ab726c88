"""The terms that a budget had."""

from typing import Any

from application.budgets.show_budget import ShowBudgetRequest
from domain.budget import BudgetTerms
from domain.budget_version import BudgetVersion
from entrypoints.container import Container
from entrypoints.http.api.routes import Routes
from entrypoints.http.api.tables import table
from entrypoints.http.authentication import current_organization_id
from entrypoints.http.schemas.budget_versions import BudgetVersionListSchema
from entrypoints.http.schemas.lists import FormatQuerySchema


def add_routes(routes: Routes, container: Container) -> None:
    """``/api/v1/budgets/<id>/versions``"""
    run_show_budget = container.show_budget()

    @routes.get("/<uuid:budget_id>/versions")
    @routes.arguments(FormatQuerySchema, location="query")
    @table(
        routes,
        BudgetVersionListSchema,
        "The versions, newest first",
        name="truecompute-budget-versions",
    )
    @routes.problems(404)
    def list_versions(_: dict[str, Any], budget_id: object) -> dict[str, Any]:
        """What a budget was, who changed it and when, the version in force first."""
        found = run_show_budget(
            ShowBudgetRequest(organization_id=current_organization_id(), budget_id=str(budget_id))
        )
        return {"data": [_document(each) for each in found.versions], "next_cursor": None}


def counted_document(terms: BudgetTerms) -> dict[str, Any]:
    """What a budget counts and alerts of, as each of its versions has it.

    Of the scope, what is not there is no condition.
    """
    named = {str(name): value for name, value in terms.scope.dimensions.items()}
    return {
        "limit_usd": terms.limit_usd,
        "period": terms.period,
        "timezone": terms.timezone,
        "scope": named | ({"tags": dict(terms.scope.tags)} if terms.scope.tags else {}),
        "thresholds": terms.thresholds,
        "forecast_thresholds": terms.forecast_thresholds,
    }


def _document(version: BudgetVersion) -> dict[str, Any]:
    return {
        "version": version.version,
        "since": version.since,
        **counted_document(version.terms),
        "changed_by": version.changed_by,
        "author": version.author,
    }
