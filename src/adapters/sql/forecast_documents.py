"""A forecast as it is kept with its period."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from domain.forecast import Forecast, ForecastBasis
from domain.money import plain


def forecast_document(forecast: Forecast) -> dict[str, Any]:
    """Amounts and times are texts."""
    runs_out_at = forecast.runs_out_at
    return {
        "expected_usd": plain(forecast.expected_usd),
        "low_usd": plain(forecast.low_usd),
        "high_usd": plain(forecast.high_usd),
        "runs_out_at": None if runs_out_at is None else runs_out_at.isoformat(),
        "basis": forecast.basis,
        "days": forecast.days,
    }


def to_forecast(document: Mapping[str, Any]) -> Forecast:
    runs_out_at = document["runs_out_at"]
    return Forecast(
        expected_usd=Decimal(document["expected_usd"]),
        low_usd=Decimal(document["low_usd"]),
        high_usd=Decimal(document["high_usd"]),
        runs_out_at=None if runs_out_at is None else datetime.fromisoformat(runs_out_at),
        basis=ForecastBasis(document["basis"]),
        days=document["days"],
    )
