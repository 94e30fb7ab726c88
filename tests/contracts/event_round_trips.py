"""What every store of events promises about what comes back."""

import string
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings

from adapters.pricing.book import load_pricing_table
from application.ports.unit_of_work import UnitsOfWork
from domain.api_key import ApiKey
from domain.event import Event, ReportedEvent, Status, UsageStatus
from domain.pricing.pricing_table import PricingTable
from domain.pricing.rates import UnitRate
from domain.recording import record
from domain.usage.token_usage import TokenClass, TokenUsage, Unit
from tests.builders import NOW, a_cost, a_quote, an_event
from tests.contracts.event_strategies import events
from tests.contracts.events import append, get
from tests.contracts.tenants import a_stored_key

OPENAI_USAGE: dict[str, object] = {
    "total_tokens": 1500,
    "prompt_tokens": 1200,
    "completion_tokens": 300,
    "prompt_tokens_details": {"cached_tokens": 800, "audio_tokens": 0},
    "completion_tokens_details": {"reasoning_tokens": 120},
    "queue_time": Decimal("0.30000000000000004"),
    "cost": Decimal("0.10"),
    "tiny": Decimal("5E-324"),
    "whole": Decimal("1.0"),
    "large": 2**70,
    "notes": ["ünï🦊", "\0", "", None, True, {"z": [], "a": {}}],
}


class EventRoundTripContract:
    """Inherit where a fixture ``units_of_work`` gives an empty store."""

    @pytest.fixture
    def key(self, units_of_work: UnitsOfWork) -> ApiKey:
        return a_stored_key(units_of_work)

    @pytest.fixture(scope="class")
    @classmethod
    def prices(cls) -> PricingTable:
        return load_pricing_table()

    def test_every_field_of_any_event_comes_back(
        self, units_of_work: UnitsOfWork, key: ApiKey
    ) -> None:
        @settings(max_examples=60, deadline=None)
        @given(events(key))
        def comes_back(event: Event) -> None:
            with units_of_work() as uow:
                uow.events.append(key.organization_id, [event])
                found = uow.events.get(key.organization_id, event.id)
            assert found == event
            assert found.fingerprint == event.fingerprint

        comes_back()

    @pytest.mark.parametrize(
        "reported",
        [
            pytest.param({}, id="nothing-known"),
            pytest.param({"provider_usage": OPENAI_USAGE}, id="provider-usage"),
            pytest.param({"provider_usage": {}}, id="empty-provider-usage"),
            pytest.param({"usage": TokenUsage()}, id="empty-usage"),
            pytest.param({"usage": TokenUsage({TokenClass.INPUT: 0})}, id="zero-is-not-absent"),
            pytest.param(
                {
                    "provider_usage": OPENAI_USAGE,
                    "usage": TokenUsage({}, {Unit.WEB_SEARCHES: Decimal(2)}),
                    "service_tier": "Flex",
                    "usage_status": UsageStatus.PARTIAL,
                },
                id="both-forms",
            ),
            pytest.param(
                {"status": Status.ERROR, "usage_status": UsageStatus.COMPLETE}, id="failed-early"
            ),
            pytest.param({"usage_status": UsageStatus.MISSING}, id="said-to-be-missing"),
            pytest.param({"provider_cost_usd": Decimal("0.00")}, id="said-to-be-free"),
        ],
    )
    def test_a_recorded_event_comes_back_as_recorded(
        self,
        units_of_work: UnitsOfWork,
        key: ApiKey,
        prices: PricingTable,
        reported: dict[str, Any],
    ) -> None:
        event = record(
            ReportedEvent(
                id="call", timestamp=NOW, provider="openai", model="gpt-5-mini", **reported
            ),
            organization_id=key.organization_id,
            api_key_id=key.id,
            received_at=NOW + timedelta(seconds=2),
            prices=prices,
        )
        append(units_of_work, key, [event])
        found = get(units_of_work, key, "call")
        assert found == event
        assert found.fingerprint == event.fingerprint

    def test_the_providers_usage_keeps_its_order_and_the_form_of_its_numbers(
        self, units_of_work: UnitsOfWork, key: ApiKey
    ) -> None:
        append(units_of_work, key, [an_event(key, id="call", provider_usage=OPENAI_USAGE)])
        found = get(units_of_work, key, "call")
        assert found is not None
        assert repr(found.reported.provider_usage) == repr(OPENAI_USAGE)

    def test_money_and_units_come_back_to_the_last_digit(
        self, units_of_work: UnitsOfWork, key: ApiKey
    ) -> None:
        usage = TokenUsage({}, {Unit.AUDIO_SECONDS: Decimal("0.000000001"), Unit.PAGES: Decimal(3)})
        cost = a_cost(
            "0.000000000000000001",
            list_cost_usd=Decimal("999999.000000000000000000000000000001"),
            cache_savings_usd=Decimal("-0.000000000000000001"),
        )
        append(units_of_work, key, [an_event(key, id="call", usage=usage, cost=cost)])
        found = get(units_of_work, key, "call")
        assert found is not None
        assert (found.usage, found.cost) == (usage, cost)

    def test_a_quote_comes_back_with_all_that_explains_a_cost(
        self, units_of_work: UnitsOfWork, key: ApiKey
    ) -> None:
        quote = a_quote(
            rates={
                "reasoning": UnitRate(Decimal("0.00000000001"), 1, "billed as output"),
                "compute_seconds": UnitRate(Decimal("1.2"), 3600),
            },
            valid_from=NOW.date(),
            tier=200_000,
            speed="fast",
            disputed=True,
            notes=("ünï🦊",),
        )
        append(units_of_work, key, [an_event(key, id="call", cost=a_cost(quote=quote))])
        found = get(units_of_work, key, "call")
        assert found is not None
        assert found.cost.quote == quote
        assert found.cost.quote.digest == quote.digest

    def test_times_are_kept_to_the_microsecond_and_come_back_in_utc(
        self, units_of_work: UnitsOfWork, key: ApiKey
    ) -> None:
        # Half an hour and a bit: an offset that only a few have.
        local = datetime(2026, 10, 25, 2, 30, 0, 1, timezone(timedelta(hours=5, minutes=45)))
        append(units_of_work, key, [an_event(key, id="call", timestamp=local)])
        found = get(units_of_work, key, "call")
        assert found is not None
        assert found.reported.timestamp == local

    def test_tags_may_be_any_text(self, units_of_work: UnitsOfWork, key: ApiKey) -> None:
        tags = {"": "", "a.b": "%", "søk": "'\"\\", "🦊": "\x01\n", string.printable[:64]: "x"}
        append(units_of_work, key, [an_event(key, id="call", tags=tags)])
        found = get(units_of_work, key, "call")
        assert found is not None
        assert found.reported.tags == tags
