"""Prices: what the book says of a model, and what has no price yet."""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time

from flask import Blueprint, render_template, request

from application.ports.clock import Clock
from application.reports.list_prices import ListPricesRequest
from application.reports.list_unpriced import ListUnpricedRequest
from domain.errors import Invalid
from domain.price_gap import REPAIRABLE, PriceGap
from domain.pricing.listing import PriceRow
from domain.report import Dimension
from domain.text import check_text
from domain.timestamps import format_timestamp
from entrypoints.container import Container
from entrypoints.http.pages.filter_form import suggested
from entrypoints.http.pages.forms import REFUSALS, Form
from entrypoints.http.pages.price_sheets import sheets_of
from entrypoints.http.pages.report_address import ReportAddress
from entrypoints.http.pages.report_page import Page, asked_of, is_first, known_names, report_page

#: More rows than this help nobody; the page says how many it leaves out.
_MOST_ROWS = 60


def prices_pages(container: Container) -> Blueprint:
    """``pages.prices.*``"""
    pages = Blueprint("prices", __name__, url_prefix="/dashboard/prices")
    run_list_prices, run_describe = container.list_prices(), container.describe_price_book()
    run_list_unpriced, clock = container.list_unpriced(), container.clock()
    run_has_events, run_list_names = container.has_events(), container.list_known_names()

    @pages.get("")
    def look_up() -> tuple[str, int]:
        rows: list[PriceRow] = []
        asked: ListPricesRequest | None = None
        form = Form(values=request.args.to_dict())
        try:
            asked = _asked(clock)
            rows = run_list_prices(asked) if asked else []
        except REFUSALS as error:
            refused = Form.refused(error)
            form = Form(form.values, refused.errors, refused.message, refused.status)
        page = render_template(
            "prices/lookup.html",
            form=form,
            rows=rows[:_MOST_ROWS],
            left_out=max(0, len(rows) - _MOST_ROWS),
            asked_pairs=_pairs(asked) if asked else [],
            is_asked=bool(request.args.get("provider") or request.args.get("model")),
            book=run_describe(),
            sheets_of=sheets_of,
        )
        return page, form.status

    @pages.get("/unpriced")
    @report_page
    def unpriced(address: ReportAddress) -> Page:
        report = run_list_unpriced(ListUnpricedRequest(**asked_of(address, clock)))
        missing = [each for each in report.models if each.gap.reason in REPAIRABLE]
        return render_template(
            "prices/unpriced.html",
            span=report.span,
            report=report,
            is_first=not report.models and is_first(run_has_events),
            missing=missing,
            doubtful=[each for each in report.models if each not in missing],
            known=known_names(run_list_names),
            suggested=suggested(_shown_values(each.gap for each in report.models)),
        )

    return pages


def _shown_values(gaps: Iterable[PriceGap]) -> Iterator[tuple[str, str]]:
    for gap in gaps:
        yield Dimension.PROVIDER, gap.provider
        yield Dimension.MODEL, gap.model


def _asked(clock: Clock) -> ListPricesRequest | None:
    provider = check_text(request.args.get("provider", "").strip(), "/provider")
    model = check_text(request.args.get("model", "").strip(), "/model")
    if not provider and not model:
        return None
    return ListPricesRequest(provider=provider or None, model=model or None, at=_instant(clock))


def _pairs(asked: ListPricesRequest) -> list[tuple[str, str]]:
    """The same as the API is asked."""
    at = format_timestamp(asked.at) if asked.at else None
    named = (("provider", asked.provider), ("model", asked.model), ("at", at))
    return [(name, value) for name, value in named if value]


def _instant(clock: Clock) -> datetime:
    """Noon of the day in the address, in UTC; now where there is none."""
    typed = request.args.get("at", "").strip()
    if not typed:
        return clock.now()
    try:
        return datetime.combine(date.fromisoformat(typed), time(12), UTC)
    except ValueError:
        raise Invalid.at("/at", "must be a date such as 2026-11-26") from None
