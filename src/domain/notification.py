"""What is said about an alert: the same in a webhook, in a mail and in Slack."""

from dataclasses import dataclass

from domain.alert import Alert, AlertKind
from domain.budget import BudgetTerms, Enforcement
from domain.dollars import spoken_usd
from domain.money import plain
from domain.organization import Organization
from domain.period import Span, zone
from domain.report import Dimension
from domain.timestamps import format_timestamp

TEST_TYPE = "channel.test"
_TYPES = {
    AlertKind.ACTUAL: "budget.threshold_reached",
    AlertKind.FORECAST: "budget.threshold_reached",
    AlertKind.SPIKE: "spend.spike_detected",
}
TEST_SUBJECT = "TrueCompute: a test"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """An alert, for whom it is, and where to look; ``alert`` None is a test of the channel.

    ``terms`` are those of the alert's budget, None where there are none any more. ``key_name`` is
    what the API key of their scope is called.
    """

    organization: Organization
    alert: Alert | None
    url: str
    terms: BudgetTerms | None = None
    key_name: str | None = None

    @property
    def subject(self) -> str:
        return TEST_SUBJECT if self.alert is None else _subject(self.alert)

    @property
    def text(self) -> str:
        """Plain text of a few lines, the last of which is the address."""
        if self.alert is None:
            lines = [
                f"This is a test for {self.organization.name}.",
                "Alerts about budgets will arrive here.",
            ]
        else:
            about = [] if self.terms is None else [_about(self.terms, self.key_name)]
            timezone = None if self.terms is None else self.terms.timezone
            said = _sentences(self.alert, timezone)
            lines = [*said, *about, f"Organization: {self.organization.name}"]
        return "\n".join([*lines, self.url])

    @property
    def document(self) -> dict[str, object]:
        """The data of a webhook; its type is ``type``."""
        of = {"id": self.organization.id, "slug": self.organization.slug}
        if self.alert is None:
            return {"organization": of, "url": self.url}
        alert = self.alert
        return {
            "alert_id": alert.id,
            "organization": of,
            "budget": _budget(alert),
            "kind": alert.kind.value,
            "threshold": alert.threshold,
            "period_start": format_timestamp(alert.period.start),
            "period_end": format_timestamp(alert.period.end),
            "spent_usd": plain(alert.spent_usd),
            "explanation": alert.explanation,
            "url": self.url,
        }

    @property
    def type(self) -> str:
        return TEST_TYPE if self.alert is None else _TYPES[self.alert.kind]


def _budget(alert: Alert) -> dict[str, object] | None:
    if alert.budget_id is None or alert.limit_usd is None:
        return None
    return {
        "id": alert.budget_id,
        "name": alert.budget_name,
        "limit_usd": plain(alert.limit_usd),
    }


def _subject(alert: Alert) -> str:
    if alert.kind is AlertKind.SPIKE:
        return f"TrueCompute: an unusual hour, {spoken_usd(alert.spent_usd)}"
    what = "is forecast to reach" if alert.kind is AlertKind.FORECAST else "has reached"
    return f"TrueCompute: budget “{alert.budget_name}” {what} {alert.threshold} %"


def _sentences(alert: Alert, timezone: str | None) -> list[str]:
    explained = [] if alert.explanation is None else [alert.explanation]
    if alert.limit_usd is None:
        return explained
    spent = f"{spoken_usd(alert.spent_usd)} of {spoken_usd(alert.limit_usd)} are spent"
    what = "is forecast to reach" if alert.kind is AlertKind.FORECAST else "has reached"
    first = (
        f"The budget “{alert.budget_name}” {what} {alert.threshold} % of its limit: "
        f"{spent} in the period {_days(alert.period, timezone)}."
    )
    return [first, *explained]


def _about(terms: BudgetTerms, key_name: str | None) -> str:
    """What the budget counts and whether it blocks, in the words of its page."""
    counted = [
        f"API key {key_name or value}"
        if name is Dimension.API_KEY
        else f"{name.replace('_', ' ')} {value}"
        for name, value in terms.scope.dimensions.items()
    ]
    counted += [f"{name} {value}" for name, value in terms.scope.tags.items()]
    counts = f"Counts {', '.join(counted)}." if counted else "Counts every call."
    blocks = terms.enforcement is Enforcement.BLOCK
    ends = "Reservations that do not fit are refused." if blocks else "It stops no call."
    return f"{counts} {ends}"


def _days(period: Span, timezone: str | None) -> str:
    """In the budget's own time zone, in UTC where it has gone."""
    name = timezone or "UTC"
    start, end = (each.astimezone(zone(name)) for each in (period.start, period.end))
    return f"from {start:%Y-%m-%d %H:%M} to {end:%Y-%m-%d %H:%M} {name}"
