"""The history of a budget, period by period."""

from decimal import Decimal
from typing import Any

from flask import Response, jsonify

from application.budgets.show_budget import BudgetInFull, PastPeriod, ShowBudgetRequest
from domain.period import Span, zone
from entrypoints.container import Container
from entrypoints.http.api.routes import Routes
from entrypoints.http.authentication import current_organization_id
from entrypoints.http.csv_table import csv_response
from entrypoints.http.file_names import report_name
from entrypoints.http.openapi import table_answer
from entrypoints.http.schemas.budget_periods import BudgetPeriodListSchema, BudgetPeriodSchema
from entrypoints.http.schemas.lists import FormatQuerySchema

_BLANK = dict.fromkeys(BudgetPeriodSchema().fields)


def add_routes(routes: Routes, container: Container) -> None:
    """``/api/v1/budgets/<id>/periods``"""
    run_show_budget = container.show_budget()

    @routes.get("/<uuid:budget_id>/periods")
    @routes.arguments(FormatQuerySchema, location="query")
    @routes.doc(responses=table_answer(BudgetPeriodListSchema, "The periods, newest first"))
    @routes.problems(404)
    def list_periods(query: dict[str, Any], budget_id: object) -> Response:
        """What each of a budget's last periods cost, the one in progress first.

        At most twelve, each summed up by the scope, period and time zone of the `version` that held
        in its end; one that was cut short by a change of the last two ends where the next begins.
        Periods before there was a budget are by today's, and their `version` and `limit_usd` null.
        """
        found = run_show_budget(
            ShowBudgetRequest(organization_id=current_organization_id(), budget_id=str(budget_id))
        )
        shown = {"data": [_row(each) for each in found.periods], "next_cursor": None}
        document: dict[str, Any] = BudgetPeriodListSchema().dump(shown)
        if query["format"] == "csv":
            return csv_response(document["data"], _name(found), blank=_BLANK)
        return jsonify(document)


def _row(period: PastPeriod) -> dict[str, Any]:
    return {
        "period_start": period.span.start,
        "period_end": period.span.end,
        "spent_usd": period.spent_usd,
        "version": period.version,
        "limit_usd": period.limit_usd,
        "used_share": _share(period.spent_usd, period.limit_usd),
    }


def _share(spent_usd: Decimal | None, limit_usd: Decimal | None) -> float | None:
    return None if spent_usd is None or limit_usd is None else float(spent_usd / limit_usd)


def _name(found: BudgetInFull) -> str:
    whole = Span(found.periods[-1].span.start, found.periods[0].span.end)
    return report_name("budget-periods", whole, zone(found.budget.terms.timezone))
