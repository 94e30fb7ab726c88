"""One billable call to an AI provider: as a sender reports it, and as it is kept."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from operator import attrgetter

from domain.costing import EventCost
from domain.errors import Invalid
from domain.fingerprint import fingerprint
from domain.tags import check_tags
from domain.text import check_text, pass_together
from domain.usage.token_usage import TokenUsage

OLDEST = timedelta(days=90)
FURTHEST_AHEAD = timedelta(minutes=10)
LONGEST_DURATION_MS = 86_400_000
LONGEST_ID = 128


class Status(StrEnum):
    SUCCESS = "success"
    ERROR = "error"


class UsageStatus(StrEnum):
    """How much of the usage is known."""

    COMPLETE = "complete"
    PARTIAL = "partial"
    MISSING = "missing"
    ESTIMATED = "estimated"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedEvent:
    """A call as its sender reports it, with ``provider`` already canonical.

    ``timestamp`` is the start of the call, aware. Durations are milliseconds. ``usage`` is
    canonical, ``provider_usage`` the provider's own object; either, both or none may be there.
    """

    id: str
    timestamp: datetime
    provider: str
    model: str
    requested_model: str | None = None
    operation: str | None = None
    api_base: str | None = None
    service_tier: str | None = None
    speed: str | None = None
    region: str | None = None
    usage: TokenUsage | None = None
    provider_usage: Mapping[str, object] | None = None
    usage_status: UsageStatus | None = None
    latency_ms: int | None = None
    time_to_first_token_ms: int | None = None
    status: Status = Status.SUCCESS
    error_code: str | None = None
    provider_cost_usd: Decimal | None = None
    provider_request_id: str | None = None
    project: str | None = None
    environment: str | None = None
    user: str | None = None
    session: str | None = None
    trace_id: str | None = None
    reservation_id: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict)

    def check(self, now: datetime) -> None:
        """Refuse what could not be stored, read back or counted.

        Raises:
            Invalid: its code and the pointer of its fault say what is wrong.
        """
        self._check_texts()
        self._check_timestamp(now)
        for name in _DURATIONS:
            _check_duration(getattr(self, name), f"/{name}")
        check_tags(self.tags, "/tags")

    def _check_texts(self) -> None:
        if self.id in (".", ".."):
            # Clients and proxies resolve these in an address, so the event could not be reached.
            raise Invalid.at("/id", "must not be '.' or '..'", code="invalid_id")
        check_text(self.id, "/id", longest=LONGEST_ID, shortest=1)
        check_text(self.provider, "/provider", shortest=1)
        check_text(self.model, "/model", shortest=1)
        texts = _optional_texts(self)
        if not pass_together(filter(None, texts)):
            for name, value in zip(_OPTIONAL_TEXTS, texts, strict=True):
                if value is not None:
                    check_text(value, f"/{name}")

    def _check_timestamp(self, now: datetime) -> None:
        if self.timestamp.tzinfo is None:
            detail = "must say its offset from UTC"
        elif self.timestamp < now - OLDEST:
            detail = f"must not be older than {OLDEST.days} days"
        elif self.timestamp > now + FURTHEST_AHEAD:
            detail = "must not be more than 10 minutes in the future"
        else:
            return
        raise Invalid.at("/timestamp", detail, code="invalid_timestamp")


#: Optional texts of an event that are kept as they were sent.
SENT_TEXTS = (
    "requested_model",
    "operation",
    "api_base",
    "speed",
    "region",
    "error_code",
    "provider_request_id",
    "project",
    "environment",
    "user",
    "session",
    "trace_id",
    "reservation_id",
)
#: The tier of service is kept as the provider's response says it, where the sender does not.
_OPTIONAL_TEXTS = (*SENT_TEXTS, "service_tier")
_optional_texts = attrgetter(*_OPTIONAL_TEXTS)
_DURATIONS = ("latency_ms", "time_to_first_token_ms")


def _check_duration(value: int | None, pointer: str) -> None:
    if value is not None and not 0 <= value <= LONGEST_DURATION_MS:
        detail = f"must be from 0 to {LONGEST_DURATION_MS} milliseconds"
        raise Invalid.at(pointer, detail, code="invalid_number")


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A call as it is kept: normalised, priced, and with what it takes to explain its cost.

    ``repriced_at`` is when its cost was last found anew, None while it is the first one.
    """

    organization_id: str
    api_key_id: str
    received_at: datetime
    reported: ReportedEvent
    usage: TokenUsage
    usage_status: UsageStatus
    service_tier: str | None
    cost: EventCost
    repriced_at: datetime | None = None

    @property
    def id(self) -> str:
        """The sender's id, unique within the organization."""
        return self.reported.id

    @property
    def fingerprint(self) -> bytes:
        """32 bytes that are equal for equal content, whatever form it was sent in.

        Tells a repeated event from another one under the same id. It looks at what was sent
        alone, so that a retry is the same event also when usage is read better by then.
        """
        return fingerprint(self.reported)
