"""Any event that can be stored, for hypothesis."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from domain.api_key import ApiKey
from domain.costing import CostSource, EventCost
from domain.event import Event, ReportedEvent, Status, UsageStatus
from domain.usage.token_usage import TokenClass, TokenUsage, Unit
from tests.builders import a_quote

#: Every optional field of a report that is a text.
TEXTS = (
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
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=256)
TOKENS = st.dictionaries(st.sampled_from(TokenClass), st.integers(0, 10**9))
UNITS = st.dictionaries(
    st.sampled_from(Unit), st.decimals(0, 10**9, allow_nan=False, allow_infinity=False, places=9)
)
MONEY = st.decimals(0, 10**6, allow_nan=False, allow_infinity=False, places=30)
USAGES = st.builds(TokenUsage, TOKENS, UNITS)
#: What JSON can say: no lone surrogates.
_WORDS = st.text(st.characters(exclude_categories=["Cs"]))


def _is_fraction(number: Decimal) -> bool:
    """Whether JSON writes it with a point or an exponent, so that it is read as a decimal."""
    return not str(number).lstrip("-").isdigit()


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.decimals(allow_nan=False, allow_infinity=False).filter(_is_fraction)
    | _WORDS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_WORDS, inner, max_size=4),
    max_leaves=10,
)
DURATIONS = st.none() | st.integers(0, 86_400_000)
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
TIMES = st.builds(
    lambda since, tz: (_EPOCH + since).astimezone(tz),
    st.timedeltas(timedelta(0), timedelta(days=365 * 199)),
    st.timezones() | st.just(UTC),
)


@st.composite
def events(draw: st.DrawFn, key: ApiKey) -> Event:
    """Events whose fields need not fit together: a store keeps them all the same."""
    fields: dict[str, Any] = {name: draw(st.none() | TEXT) for name in (*TEXTS, "service_tier")}
    reported = ReportedEvent(
        id=draw(TEXT.filter(lambda text: 0 < len(text) <= 128)),
        timestamp=draw(TIMES),
        provider=draw(TEXT.filter(bool)),
        model=draw(TEXT.filter(bool)),
        usage=draw(st.none() | USAGES),
        provider_usage=draw(st.none() | st.dictionaries(_WORDS, JSON, max_size=4)),
        usage_status=draw(st.none() | st.sampled_from(UsageStatus)),
        latency_ms=draw(DURATIONS),
        time_to_first_token_ms=draw(DURATIONS),
        status=draw(st.sampled_from(Status)),
        provider_cost_usd=draw(st.none() | MONEY),
        tags=draw(st.dictionaries(TEXT, TEXT, max_size=4)),
        **fields,
    )
    return Event(
        organization_id=key.organization_id,
        api_key_id=key.id,
        received_at=draw(TIMES),
        reported=reported,
        usage=draw(st.just(reported.usage or TokenUsage()) | USAGES),
        usage_status=draw(st.sampled_from(UsageStatus)),
        service_tier=draw(st.none() | st.just(reported.service_tier) | TEXT),
        cost=draw(costs()),
        repriced_at=draw(st.none() | TIMES),
    )


@st.composite
def costs(draw: st.DrawFn) -> EventCost:
    source = draw(st.sampled_from(CostSource))
    return EventCost(
        cost_usd=None if source is CostSource.UNPRICED else draw(MONEY),
        list_cost_usd=draw(st.none() | MONEY),
        source=source,
        cache_savings_usd=draw(st.none() | MONEY | MONEY.map(lambda amount: -amount)),
        quote=draw(st.none() | st.builds(a_quote, notes=st.lists(TEXT).map(tuple))),
        notes=tuple(draw(st.lists(TEXT, max_size=3))),
        book_version=draw(st.none() | TEXT.map(lambda text: text[:64])),
    )
