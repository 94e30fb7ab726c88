"""Budgets: how they stand, one in full, and the form that sets one."""

from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response

from application.budgets.find_budget import FindBudgetRequest
from application.budgets.list_alerts import ListAlertsRequest
from application.budgets.list_budgets import ListBudgetsRequest
from application.budgets.preview_scope import PreviewScopeRequest, ScopePreview
from application.budgets.remove_budget import RemoveBudgetRequest
from application.budgets.set_budget import SetBudgetRequest
from application.budgets.show_budget import BudgetInFull, ShowBudgetRequest
from application.notifications.list_channels import ListChannelsRequest
from application.reports.tally_usage import TallyUsageRequest
from domain.budget import Budget
from domain.channel import MOST_CHANNELS
from domain.forecast import explanation
from domain.period import zone
from domain.terms_warning import TermsWarning
from entrypoints.container import Container
from entrypoints.http.authentication import current_member, current_organization
from entrypoints.http.pages.budget_form import budget_changes, budget_values, preview_terms
from entrypoints.http.pages.forms import REFUSALS, Form, see_other, typed
from entrypoints.http.pages.lists import after_in_address, page_of
from entrypoints.http.pages.report_address import ReportAddress
from entrypoints.http.pages.report_page import key_names
from entrypoints.http.pages.stacking import TAG
from entrypoints.http.texts import translated

_ROWS = 50
_PREVIEW = "preview"


def budgets_pages(container: Container) -> Blueprint:
    """``pages.budgets.*``"""
    pages = Blueprint("budgets", __name__, url_prefix="/dashboard/budgets")
    run_list_budgets, run_remove_budget = container.list_budgets(), container.remove_budget()
    run_list_keys = container.list_keys()
    run_show_budget, run_tally_usage = container.show_budget(), container.tally_usage()

    @pages.get("")
    def list() -> str:  # noqa: A001 - the name of the route
        organization_id = current_organization().id
        shown_after = after_in_address()
        rows = run_list_budgets(
            ListBudgetsRequest(organization_id=organization_id, after=shown_after, limit=_ROWS + 1)
        )
        shown, after = page_of(rows, _ROWS, lambda each: each.budget.id)
        return render_template(
            "budgets/list.html",
            budgets=shown,
            after=after,
            shown_after=shown_after,
            key_names=key_names(run_list_keys),
            tally=shown and run_tally_usage(TallyUsageRequest(organization_id=organization_id)),
        )

    @pages.get("/<uuid:budget_id>")
    def show(budget_id: object) -> str:
        organization_id = current_organization().id
        found = run_show_budget(
            ShowBudgetRequest(organization_id=organization_id, budget_id=str(budget_id))
        )
        return render_template(
            "budgets/show.html",
            found=found,
            counted=_counted(found),
            forecast_words=_forecast_words(found),
            key_names=key_names(run_list_keys),
        )

    @pages.post("/<uuid:budget_id>/remove")
    def remove(budget_id: object) -> Response:
        organization_id = current_organization().id
        run_remove_budget(
            RemoveBudgetRequest(organization_id=organization_id, budget_id=str(budget_id))
        )
        return see_other("pages.budgets.list", notice="budget-removed")

    _add_form(pages, container)
    return pages


def _add_form(pages: Blueprint, container: Container) -> None:
    """The form, of a new budget or of one that there is, with its preview."""
    run_set_budget, run_find_budget = container.set_budget(), container.find_budget()
    run_preview, run_list_keys = container.preview_scope(), container.list_keys()
    run_list_channels = container.list_channels()

    @pages.route("/new", methods=["GET", "POST"])
    def create() -> Response | tuple[str, int]:
        return _save(None) if request.method == "POST" else _form_page(None, None)

    @pages.route("/<uuid:budget_id>/edit", methods=["GET", "POST"])
    def edit(budget_id: object) -> Response | tuple[str, int]:
        organization_id = current_organization().id
        budget = run_find_budget(
            FindBudgetRequest(organization_id=organization_id, budget_id=str(budget_id))
        )
        return _save(budget) if request.method == "POST" else _form_page(budget, None)

    def _save(budget: Budget | None) -> Response | tuple[str, int]:
        try:
            if _PREVIEW in request.form:
                return _form_page(budget, Form(typed()), _previewed())
            saved = run_set_budget(
                SetBudgetRequest(
                    organization_id=current_organization().id,
                    budget_id=budget.id if budget else None,
                    changed_by=current_member().user_id,
                    changes=budget_changes(),
                )
            )
        except REFUSALS as error:
            return _form_page(budget, Form.refused(error))
        notice = "budget-changed" if budget else "budget-created"
        if saved.matches_nothing:
            notice = "budget-matches-nothing"
        return see_other("pages.budgets.list", notice=notice)

    def _previewed() -> ScopePreview:
        return run_preview(
            PreviewScopeRequest(organization_id=current_organization().id, terms=preview_terms())
        )

    def _form_page(
        budget: Budget | None, refused: Form | None, preview: ScopePreview | None = None
    ) -> tuple[str, int]:
        form = refused or Form(values=budget_values(budget.terms if budget else None))
        asked = ListChannelsRequest(organization_id=current_organization().id, limit=MOST_CHANNELS)
        page = render_template(
            "budgets/form.html",
            form=form,
            budget=budget,
            preview=preview,
            channels=run_list_channels(asked),
            key_names=key_names(run_list_keys),
            blocks_by_model=TermsWarning.BLOCKS_BY_MODEL,
        )
        return page, form.status


def alerts_pages(container: Container) -> Blueprint:
    """``pages.alerts.*``"""
    pages = Blueprint("alerts", __name__, url_prefix="/dashboard/alerts")
    run_list_alerts, run_list_channels = container.list_alerts(), container.list_channels()

    @pages.get("")
    def list() -> str:  # noqa: A001 - the name of the route
        organization_id = current_organization().id
        shown_after = after_in_address()
        rows = run_list_alerts(
            ListAlertsRequest(organization_id=organization_id, after=shown_after, limit=_ROWS + 1)
        )
        shown, after = page_of(rows, _ROWS, lambda each: each.alert.id)
        asked = ListChannelsRequest(organization_id=organization_id, limit=MOST_CHANNELS)
        channels = {channel.id: channel for channel in run_list_channels(asked)}
        return render_template(
            "budgets/alerts.html",
            alerts=shown,
            after=after,
            shown_after=shown_after,
            channels=channels,
        )

    return pages


def _counted(found: BudgetInFull) -> ReportAddress:
    """The calls of its period in progress, as a report names them."""
    terms, scope = found.budget.terms, found.budget.terms.scope
    tags = ((f"{TAG}{name}", value) for name, value in scope.tags.items())
    filters = (*((name.value, value) for name, value in scope.dimensions.items()), *tags)
    whole = ReportAddress(tz=terms.timezone, filters=filters)
    return whole.for_span(found.status.status.period)


def _forecast_words(found: BudgetInFull) -> str | None:
    terms, forecast = found.budget.terms, found.status.status.forecast
    if forecast is None:
        return None
    said = explanation(
        forecast,
        terms.limit_usd,
        spent_usd=found.status.status.spent_usd,
        period=terms.period.value,
        tz=zone(terms.timezone),
    )
    return translated(said)
