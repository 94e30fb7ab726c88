"""Terms of a budget as columns and as the document of a version."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from domain.budget import BudgetPeriod, BudgetTerms, Enforcement
from domain.budget_scope import BudgetScope
from domain.money import plain
from domain.report import Dimension


def to_document(terms: BudgetTerms) -> dict[str, Any]:
    """By the names of the columns; an amount is a text, which PostgreSQL takes for a number."""
    estimate = plain(terms.unpriced) if isinstance(terms.unpriced, Decimal) else None
    return {
        "name": terms.name,
        "limit_usd": plain(terms.limit_usd),
        "period": terms.period,
        "timezone": terms.timezone,
        "scope": dict(terms.scope.dimensions),
        "scope_tags": dict(terms.scope.tags),
        "thresholds": list(terms.thresholds),
        "forecast_thresholds": list(terms.forecast_thresholds),
        "enforcement": terms.enforcement,
        "unpriced": terms.unpriced if estimate is None else "estimate",
        "unpriced_estimate_usd": estimate,
        "channel_ids": None if terms.channel_ids is None else list(terms.channel_ids),
    }


def to_terms(row: Mapping[str, Any]) -> BudgetTerms:
    """From columns, or from a document of any version of the program."""
    scope = {Dimension(name): value for name, value in row["scope"].items()}
    estimate, channel_ids = row.get("unpriced_estimate_usd"), row.get("channel_ids")
    return BudgetTerms(
        name=row["name"],
        limit_usd=Decimal(row["limit_usd"]),
        period=BudgetPeriod(row["period"]),
        timezone=row["timezone"],
        scope=BudgetScope(dimensions=scope, tags=row["scope_tags"]),
        thresholds=tuple(row["thresholds"]),
        forecast_thresholds=tuple(row["forecast_thresholds"]),
        enforcement=Enforcement(row["enforcement"]),
        unpriced=row.get("unpriced", "block") if estimate is None else Decimal(estimate),
        channel_ids=None if channel_ids is None else tuple(channel_ids),
    )
