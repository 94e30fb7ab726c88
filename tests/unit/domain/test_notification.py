"""What is said about an alert."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from domain.alert import Alert, AlertKind
from domain.budget import Enforcement
from domain.budget_scope import BudgetScope
from domain.notification import Notification
from domain.period import Span
from domain.report import Dimension
from tests.builders import NOW, a_budget, an_organization

ACME = an_organization(slug="acme")
URL = "https://costs.example.com/dashboard/budgets/b"
MONTH = Span(datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC))
ALERT = Alert(
    id="a",
    organization_id=ACME.id,
    kind=AlertKind.ACTUAL,
    period=MONTH,
    spent_usd=Decimal("40.000000000000000001"),
    created_at=NOW,
    budget_id="b",
    budget_name="Checkout & search",
    limit_usd=Decimal("50.00"),
    threshold=80,
)
FORECAST = replace(ALERT, kind=AlertKind.FORECAST, explanation="By the hours, it ends at $60.00.")
SPIKE = Alert(
    id="s",
    organization_id=ACME.id,
    kind=AlertKind.SPIKE,
    period=Span(datetime(2026, 11, 23, 10, tzinfo=UTC), datetime(2026, 11, 23, 11, tzinfo=UTC)),
    spent_usd=Decimal("83.1"),
    created_at=NOW,
    explanation="The hour cost $83.10, 12 times its usual.",
)


def about(alert: Alert | None) -> Notification:
    return Notification(organization=ACME, alert=alert, url=URL)


def test_a_document_has_money_to_the_last_digit_and_times_with_a_zone() -> None:
    notification = about(ALERT)
    assert notification.type == "budget.threshold_reached"
    assert notification.document == {
        "alert_id": "a",
        "organization": {"id": ACME.id, "slug": "acme"},
        "budget": {"id": "b", "name": "Checkout & search", "limit_usd": "50"},
        "kind": "actual",
        "threshold": 80,
        "period_start": "2026-11-01T00:00:00.000Z",
        "period_end": "2026-12-01T00:00:00.000Z",
        "spent_usd": "40.000000000000000001",
        "explanation": None,
        "url": URL,
    }


def test_people_read_what_was_reached_of_what_and_where_to_look() -> None:
    notification = about(ALERT)
    assert notification.subject == "TrueCompute: budget “Checkout & search” has reached 80 %"
    reached = (
        "The budget “Checkout & search” has reached 80 % of its limit: $40.00 of $50.00 are spent"
    )
    assert notification.text.splitlines() == [
        f"{reached} in the period from 2026-11-01 00:00 to 2026-12-01 00:00 UTC.",
        "Organization: Acme",
        URL,
    ]


def test_a_period_is_told_by_the_clock_of_its_budget() -> None:
    zone = "Asia/Kathmandu"
    terms = replace(a_budget(ACME).terms, timezone=zone)
    start, end = (datetime(2026, month, 1, tzinfo=ZoneInfo(zone)) for month in (11, 12))
    alert = replace(ALERT, period=Span(start.astimezone(UTC), end.astimezone(UTC)))
    told = replace(about(alert), terms=terms)
    assert "from 2026-11-01 00:00 to 2026-12-01 00:00 Asia/Kathmandu." in told.text
    assert told.document["period_start"] == "2026-10-31T18:15:00.000Z"


def test_a_forecast_says_that_it_is_one_and_what_it_rests_on() -> None:
    notification = about(FORECAST)
    assert notification.type == "budget.threshold_reached"
    assert notification.document["kind"] == "forecast"
    assert "is forecast to reach 80 %" in notification.subject
    lines = notification.text.splitlines()
    assert "is forecast to reach 80 %" in lines[0]
    assert lines[1] == "By the hours, it ends at $60.00."


def test_a_spike_has_no_budget() -> None:
    notification = about(SPIKE)
    assert notification.type == "spend.spike_detected"
    assert notification.subject == "TrueCompute: an unusual hour, $83.10"
    assert notification.document["budget"] is None
    assert notification.document["threshold"] is None
    assert notification.text.splitlines() == [SPIKE.explanation, "Organization: Acme", URL]


def test_a_test_says_for_whom_it_is() -> None:
    notification = about(None)
    assert notification.type == "channel.test"
    assert notification.document == {
        "organization": {"id": ACME.id, "slug": "acme"},
        "url": URL,
    }
    assert notification.subject == "TrueCompute: a test"
    assert notification.text.splitlines()[0] == "This is a test for Acme."
    assert notification.text.splitlines()[-1] == URL


def test_people_read_what_the_budget_counts_and_whether_it_blocks() -> None:
    terms = a_budget(ACME).terms
    told = replace(about(ALERT), terms=terms)
    assert told.text.splitlines()[1] == "Counts every call. It stops no call."
    scope = BudgetScope(
        dimensions={Dimension.PROJECT: "checkout", Dimension.API_KEY: "k"}, tags={"team": "search"}
    )
    blocking = replace(terms, scope=scope, enforcement=Enforcement.BLOCK)
    assert replace(told, terms=blocking, key_name="Backend").text.splitlines()[1] == (
        "Counts project checkout, API key Backend, team search. "
        "Reservations that do not fit are refused."
    )
    assert "API key k," in replace(told, terms=blocking).text
