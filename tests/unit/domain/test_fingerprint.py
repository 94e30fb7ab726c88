"""A fingerprint is kept with every event, so that what it was once it stays."""

import json
from dataclasses import replace
from datetime import UTC
from hashlib import sha256
from types import MappingProxyType

from hypothesis import given
from hypothesis import strategies as st

from domain.event import ReportedEvent, Status, UsageStatus
from domain.fingerprint import fingerprint
from domain.money import plain
from domain.usage.token_usage import TokenClass, TokenUsage, Unit
from tests.unit.domain.test_event import EVENT, FULL, OPTIONAL_TEXTS

_TEXT = st.text(max_size=20)
_COUNT = st.integers(0, 10**9)
_VALUE = st.recursive(st.none() | _COUNT | _TEXT, lambda inner: st.dictionaries(_TEXT, inner))
_USAGE = st.builds(
    TokenUsage,
    st.dictionaries(st.sampled_from(TokenClass), _COUNT),
    st.dictionaries(st.sampled_from(Unit), st.decimals(0, 10**6, places=9)),
)
EVENTS = st.builds(
    lambda changes: replace(FULL, **changes),
    st.fixed_dictionaries(
        {},
        optional={
            **{name: st.none() | _TEXT for name in OPTIONAL_TEXTS},
            "model": _TEXT,
            "provider": _TEXT,
            "status": st.sampled_from(Status),
            "usage_status": st.none() | st.sampled_from(UsageStatus),
            "usage": st.none() | _USAGE,
            "tags": st.dictionaries(_TEXT, _TEXT, max_size=3),
            "provider_usage": st.none() | st.dictionaries(_TEXT, _VALUE, max_size=3),
            "latency_ms": st.none() | _COUNT,
            "time_to_first_token_ms": st.none() | _COUNT,
        },
    ),
)


def written_out(reported: ReportedEvent) -> bytes:
    """The same, with the standard library's encoder for all of it."""
    usage, cost = reported.usage or TokenUsage(), reported.provider_cost_usd
    names = ("provider", "model", *OPTIONAL_TEXTS, "status", "latency_ms", "time_to_first_token_ms")
    content = {name: getattr(reported, name) for name in names} | {
        "timestamp": reported.timestamp.astimezone(UTC).isoformat(),
        "usage": {name: str(quantity) for name, quantity in usage.tokens.items()},
        "units": {name: plain(quantity) for name, quantity in usage.units.items()},
        "provider_usage": reported.provider_usage,
        "usage_status": reported.usage_status or "complete",
        "provider_cost_usd": None if cost is None else plain(cost),
        "tags": reported.tags,
    }
    return sha256(json.dumps(content, sort_keys=True).encode()).digest()


def test_it_is_what_it_was_when_the_first_events_were_stored() -> None:
    known = "95681a7c81f4dcf18692afaafe8976dd351aa9a49a6b067f819c1a4173839542"
    assert fingerprint(EVENT).hex() == known
    known = "cf5209d27c4a7c1e2a83ca3d62e0c2cdd19a1920bdae59d133aa5993d69e12b9"
    assert fingerprint(FULL).hex() == known


@given(EVENTS)
def test_it_is_that_of_a_document_with_sorted_keys(reported: ReportedEvent) -> None:
    assert fingerprint(reported) == written_out(reported)


def test_any_mapping_of_tags_is_the_same_as_a_dictionary_of_them() -> None:
    tags = {"feature": "summary", "a": "é"}
    frozen = replace(EVENT, tags=MappingProxyType(tags))
    assert fingerprint(frozen) == fingerprint(replace(EVENT, tags=tags))
