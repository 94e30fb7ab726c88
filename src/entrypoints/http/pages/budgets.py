"""Budgets: how they stand, and the form that sets one."""

from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response

from application.budgets.budget_standing import BudgetWithStatus
from application.budgets.list_budgets import ListBudgets, ListBudgetsRequest
from application.budgets.remove_budget import RemoveBudgetRequest
from application.budgets.set_budget import SetBudgetRequest
from domain.errors import NotFound
from entrypoints.container import Container
from entrypoints.http.authentication import current_organization
from entrypoints.http.pages.budget_form import budget_changes, budget_values
from entrypoints.http.pages.forms import REFUSALS, Form, see_other
from entrypoints.http.pages.lists import after_in_address, page_of
from entrypoints.http.pages.report_page import key_names

_ROWS = 50


def budgets_pages(container: Container) -> Blueprint:
    """``pages.budgets.*``"""
    pages = Blueprint("budgets", __name__, url_prefix="/dashboard/budgets")
    run_list_budgets, run_set_budget = container.list_budgets(), container.set_budget()
    run_remove_budget, run_list_keys = container.remove_budget(), container.list_keys()

    @pages.get("")
    def list() -> str:  # noqa: A001 - the name of the route
        rows = run_list_budgets(
            ListBudgetsRequest(
                organization_id=current_organization().id,
                after=after_in_address(),
                limit=_ROWS + 1,
            )
        )
        shown, after = page_of(rows, _ROWS, lambda each: each.budget.id)
        names = key_names(run_list_keys)
        return render_template("budgets/list.html", budgets=shown, after=after, key_names=names)

    @pages.route("/new", methods=["GET", "POST"])
    def create() -> Response | tuple[str, int]:
        return _save(None) if request.method == "POST" else _form_page(None, None)

    @pages.route("/<uuid:budget_id>", methods=["GET", "POST"])
    def edit(budget_id: object) -> Response | tuple[str, int]:
        budget = _find(run_list_budgets, str(budget_id))
        return _save(budget) if request.method == "POST" else _form_page(budget, None)

    @pages.post("/<uuid:budget_id>/remove")
    def remove(budget_id: object) -> Response:
        organization_id = current_organization().id
        run_remove_budget(
            RemoveBudgetRequest(organization_id=organization_id, budget_id=str(budget_id))
        )
        return see_other("pages.budgets.list", notice="budget-removed")

    def _save(budget: BudgetWithStatus | None) -> Response | tuple[str, int]:
        try:
            run_set_budget(
                SetBudgetRequest(
                    organization_id=current_organization().id,
                    budget_id=budget.budget.id if budget else None,
                    changes=budget_changes(),
                )
            )
        except REFUSALS as error:
            return _form_page(budget, Form.refused(error))
        notice = "budget-changed" if budget else "budget-created"
        return see_other("pages.budgets.list", notice=notice)

    def _form_page(budget: BudgetWithStatus | None, refused: Form | None) -> tuple[str, int]:
        form = refused or Form(values=budget_values(budget.budget.terms if budget else None))
        names = key_names(run_list_keys)
        page = render_template("budgets/form.html", form=form, budget=budget, key_names=names)
        return page, form.status

    return pages


def _find(run: ListBudgets, budget_id: str) -> BudgetWithStatus:
    """Walks the list, which is the one use case that shows a budget with its status."""
    after: str | None = None
    while True:
        rows = run(
            ListBudgetsRequest(organization_id=current_organization().id, after=after, limit=_ROWS)
        )
        for each in rows:
            if each.budget.id == budget_id:
                return each
        if len(rows) < _ROWS:
            raise NotFound("There is no such budget.")
        after = rows[-1].budget.id
