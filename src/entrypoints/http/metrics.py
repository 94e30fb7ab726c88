"""Figures for whoever runs the server, in Prometheus' text format, behind a token."""

import hmac

from flask import Blueprint, Response, request
from werkzeug.exceptions import NotFound

from adapters.metrics.prometheus import CONTENT_TYPE
from domain.errors import Unauthenticated, Unavailable
from entrypoints.container import Container

_UP = "Whether the database answers."
_WAITING = "Calls that are stored and in no sum yet."
_LAG = "For how long the oldest of these has waited."
_AGE = "Days since the prices in force were collected."


def metrics_blueprint(container: Container) -> Blueprint:
    """``/metrics``; there is none where no token is set."""
    routes = Blueprint("metrics", __name__)
    token = container.settings().metrics_token
    metrics, run_measure = container.metrics(), container.measure_backlog()
    run_describe = container.describe_price_book()

    def of_database() -> dict[str, tuple[str, float]]:
        try:
            backlog = run_measure()
            age_days = run_describe().age_days
        except Unavailable:
            return {"database_up": (_UP, 0)}
        return {
            "database_up": (_UP, 1),
            "rollup_waiting_calls": (_WAITING, backlog.calls),
            "rollup_lag_seconds": (_LAG, backlog.lag_s),
            **({} if age_days is None else {"price_book_age_days": (_AGE, age_days)}),
        }

    @routes.get("/metrics")
    def show() -> Response:
        if token is None:
            raise NotFound("There are no metrics here: METRICS_TOKEN is not set.")
        _check(token)
        return Response(metrics.exposition(of_database()), content_type=CONTENT_TYPE)

    return routes


def _check(token: str) -> None:
    scheme, _, sent = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not hmac.compare_digest(sent.encode(), token.encode()):
        raise Unauthenticated(
            "Present METRICS_TOKEN as 'Authorization: Bearer ...'.", code="invalid_metrics_token"
        )
