"""Senders are held to their limits."""

import pytest

from adapters.memory.clock import ManualClock
from adapters.memory.rate_limits import InMemoryRateLimits
from application.ingestion.admit_events import AdmitEvents, AdmitEventsRequest
from domain.errors import TooManyRequests
from tests.builders import NOW


def admitting(per_key: int | None = None, per_organization: int | None = None) -> AdmitEvents:
    limits = InMemoryRateLimits(ManualClock(NOW))
    return AdmitEvents(limits, per_key=per_key, per_organization=per_organization)


def asked(number: int, key: str = "k1", organization: str = "o1") -> AdmitEventsRequest:
    return AdmitEventsRequest(organization_id=organization, api_key_id=key, number=number)


def test_without_a_limit_everything_goes() -> None:
    admit = admitting()
    for _ in range(100):
        admit(asked(1_000))


def test_a_key_over_its_limit_waits_and_another_does_not() -> None:
    admit = admitting(per_key=100)
    admit(asked(450))
    with pytest.raises(TooManyRequests) as refused:
        admit(asked(1))
    assert refused.value.code == "rate_limited"
    assert refused.value.retry_after_s == 4  # 3.5, told in whole seconds
    admit(asked(1, key="k2"))


def test_an_organization_waits_with_all_its_keys() -> None:
    admit = admitting(per_organization=100)
    admit(asked(450))
    with pytest.raises(TooManyRequests):
        admit(asked(1, key="k2"))
    admit(asked(1, organization="o2"))


def test_requests_without_events_count_as_well() -> None:
    admit = admitting(per_key=1)
    admit(asked(0))
    admit(asked(0))
    with pytest.raises(TooManyRequests):
        admit(asked(0))
