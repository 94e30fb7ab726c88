"""Streams that were cut off: what is not known is not zero."""

from dataclasses import replace
from decimal import Decimal

import pytest

from adapters.memory.unit_of_work import InMemoryUnitsOfWork
from domain.costing import CostSource
from domain.event import Status, UsageStatus
from domain.price_gap import GapReason, gap_reason
from tests.unit.regressions.calls import a_call

#: What Anthropic says at the start of a stream: the prompt, and one token of the answer.
STARTED = {"input_tokens": 2000, "cache_read_input_tokens": 0, "output_tokens": 1}


def test_a_call_without_its_usage_is_unknown_and_not_free() -> None:
    """PostHog/posthog-js#4664, openai/openai-openapi#539: no usage chunk comes after an abort.

    ferro-labs/ai-gateway#281, openclaw#120008, tokenjam#628, llmr#10: it was lost on the way.
    """
    event = a_call("openai", "gpt-4.1")
    assert gap_reason(event) is GapReason.MISSING_USAGE
    assert event.usage_status is UsageStatus.MISSING
    assert (event.cost.source, event.cost.cost_usd) == (CostSource.UNPRICED, None)


def test_what_is_known_of_a_cut_off_stream_is_a_lower_bound() -> None:
    """BerriAI/litellm#39893: the prompt was billed, although the client went away."""
    event = a_call("anthropic", "claude-haiku-4-5", STARTED, usage_status=UsageStatus.PARTIAL)
    assert event.cost.source is CostSource.PARTIAL
    assert event.cost.cost_usd == Decimal("0.002005")  # 2,000 x $1 + 1 x $5 per million


def test_an_estimate_is_called_one() -> None:
    """openai/openai-openapi#539: whoever counts tokens by themselves says so."""
    usage = {"prompt_tokens": 2000, "completion_tokens": 10}
    event = a_call("openai", "gpt-4.1", usage, usage_status=UsageStatus.ESTIMATED)
    assert event.cost.source is CostSource.ESTIMATED


@pytest.mark.parametrize("usage", [{"prompt_tokens": 0, "completion_tokens": 0}])
def test_a_zero_that_was_stated_is_complete(usage: dict[str, int]) -> None:
    """BerriAI/litellm#37994: presence decides, not truth."""
    event = a_call("openai", "gpt-4.1", usage)
    assert (event.cost.source, event.cost.cost_usd) == (CostSource.COMPUTED, Decimal(0))
    assert event.usage_status is UsageStatus.COMPLETE


def test_a_call_that_failed_before_any_output_costs_nothing() -> None:
    """PostHog/posthog-js#4664: the one case in which no usage means no cost."""
    event = a_call("openai", "gpt-4.1", status=Status.ERROR, error_code="invalid_request")
    assert event.cost.cost_usd == 0


def test_calls_with_the_same_empty_provider_id_are_all_kept() -> None:
    """BerriAI/litellm#6633: a provider's id is never the key of an event."""
    units = InMemoryUnitsOfWork()
    call = a_call("azure", "gpt-4o-mini", {"prompt_tokens": 1, "completion_tokens": 1})
    reports = [replace(call.reported, id=f"e{n}", provider_request_id=None) for n in range(3)]
    with units() as uow:
        uow.events.append("org", [replace(call, reported=report) for report in reports])
        uow.commit()
    with units(snapshot=True) as uow:
        assert all(uow.events.get("org", report.id) for report in reports)
