"""Amounts as pieces of a page, which has hundreds: a macro for each took five times as long."""

from collections.abc import Iterable
from decimal import Decimal

from markupsafe import Markup, escape

from domain.report import SeriesPoint
from entrypoints.http.pages.formats import ABSENT, exactly, usd
from entrypoints.http.texts import gettext


def seen_and_heard(short: str, exact: str) -> Markup:
    """The same amount twice where the short one is not exact: to be seen, and to be heard."""
    return Markup(_twice(escape(short), escape(exact)))  # noqa: S704 - of what is escaped


def money(amount: Decimal | None, unpriced: int = 0) -> Markup:
    """An amount for reading, with the exact one on hover; ``unpriced`` calls are not in it."""
    return Markup(_amount(amount, unpriced))  # noqa: S704 - of what is escaped


def is_unknown(amount: Decimal | None, unpriced: int) -> bool:
    """Also where what is known of a cost is nothing, a failed call's say: the rest is not free."""
    return amount is None or (not amount and unpriced > 0)


def amount_cells(points: Iterable[SeriesPoint]) -> Markup:
    """The costs of some points as cells of a table."""
    return Markup("".join(f'<td class="right">{_cost(point)}</td>' for point in points))  # noqa: S704


def _cost(point: SeriesPoint) -> str:
    if point.calls:
        return _amount(point.cost_usd, point.unpriced_calls)
    return f'<span class="quiet" title="{escape(gettext("No calls"))}">{ABSENT}</span>'


def _amount(amount: Decimal | None, unpriced: int) -> str:
    if amount is None or is_unknown(amount, unpriced):
        title = escape(gettext("No cost is known, as calls are unpriced"))
        shown = escape(gettext("unknown"))
        return f'<span class="quiet" title="{title}">{shown}</span>'
    # Digits and signs, which need no escape.
    exact = exactly(amount)
    return f'<span title="{exact}">{_twice(usd(amount), exact)}</span>'


def _twice(short: str, exact: str) -> str:
    if short == exact:
        return short
    heard = f'<span class="visually-hidden exact">{exact}</span>'
    return f'<span aria-hidden="true">{short}</span>{heard}'
