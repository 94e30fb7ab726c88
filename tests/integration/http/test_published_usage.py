"""The usage objects that providers publish, sent as they are: what each costs, reckoned by hand.

Prices are dollars for a million tokens, so that a product is in millionths of a dollar.
"""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.http_client import Team, an_event

#: Class, quantity, dollars for a million, dollars.
Line = tuple[str, int, str, str]


def yesterday_at(hour: int) -> str:
    day = datetime.now(UTC) - timedelta(days=1)
    return day.replace(hour=hour, minute=0, second=0, microsecond=0).isoformat()


def send(team: Team, provider: str, model: str, usage: dict[str, Any], **fields: object) -> str:
    """Send a call with the provider's own usage object; its id."""
    event = an_event(provider=provider, model=model, usage=None, provider_usage=usage, **fields)
    assert team.send(event)["accepted"] == 1
    return str(event["id"])


def check(team: Team, event_id: str, cost: str, lines: list[Line]) -> dict[str, Any]:
    """The event's lines and their sum, and that the total of the usage is the same."""
    event = team.event(event_id)
    billed = [line for line in event["cost"]["lines"] if line["quantity"]]
    names = ("class", "quantity", "unit_price_usd", "amount_usd")
    assert [tuple(line[name] for name in names) for line in billed] == lines
    assert {line["per"] for line in billed} == {10**6}
    assert sum(Decimal(amount) for *_, amount in lines) == Decimal(cost)
    assert (event["cost_usd"], event["cost_source"]) == (cost, "computed")
    assert event["cost"]["unpriced_classes"] == []
    totals = team.usage()["totals"]
    assert totals["cost_usd"] == cost
    assert totals["coverage"]["priced_share"] == 1.0
    return event


def test_an_openai_chat_with_cached_and_reasoning_tokens(team: Team) -> None:
    """o3: $2 input, $0.50 cached, $8 output, reasoning as output.

    Cached tokens are among the prompt's, reasoning ones among the completion's:
    6,000 x 2 + 4,000 x 0.5 + 1,000 x 8 + 2,000 x 8 = 12,000 + 2,000 + 8,000 + 16,000 = 38,000.
    """
    usage = {
        "prompt_tokens": 10_000,
        "completion_tokens": 3_000,
        "total_tokens": 13_000,
        "prompt_tokens_details": {"cached_tokens": 4_000, "audio_tokens": 0},
        "completion_tokens_details": {
            "reasoning_tokens": 2_000,
            "audio_tokens": 0,
            "accepted_prediction_tokens": 0,
            "rejected_prediction_tokens": 0,
        },
    }
    event = check(
        team,
        send(team, "openai", "o3-2025-04-16", usage),
        "0.038",
        [
            ("input", 6_000, "2", "0.012"),
            ("cache_read", 4_000, "0.5", "0.002"),
            ("output", 1_000, "8", "0.008"),
            ("reasoning", 2_000, "8", "0.016"),
        ],
    )
    assert event["provider_usage"] == usage
    # 4,000 cached tokens saved 4,000 x (2 - 0.5) = 6,000 millionths.
    assert team.usage()["totals"]["cache_savings_usd"] == "0.006"


def test_an_openai_chat_on_the_flex_tier(team: Team) -> None:
    """o3 on flex: $1 input, $4 output. 1,000 x 1 + 500 x 4 = 3,000."""
    usage = {"prompt_tokens": 1_000, "completion_tokens": 500, "total_tokens": 1_500}
    event_id = send(team, "openai", "o3", usage, service_tier="flex")
    event = check(
        team, event_id, "0.003", [("input", 1_000, "1", "0.001"), ("output", 500, "4", "0.002")]
    )
    assert event["cost"]["price"]["service_tier"] == "flex"


def test_an_openai_response(team: Team) -> None:
    """gpt-4.1: $2 input, $8 output. 36 x 2 + 87 x 8 = 72 + 696 = 768."""
    usage = {
        "input_tokens": 36,
        "input_tokens_details": {"cached_tokens": 0},
        "output_tokens": 87,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": 123,
    }
    check(
        team,
        send(team, "openai", "gpt-4.1-2025-04-14", usage),
        "0.000768",
        [("input", 36, "2", "0.000072"), ("output", 87, "8", "0.000696")],
    )


def test_an_anthropic_message_with_both_kinds_of_cache_write(team: Team) -> None:
    """claude-sonnet-4-5: $3 input, $0.30 read, $3.75 and $6 write, $15 output.

    Cached tokens come on top of the input's:
    2,048 x 3 + 1,800 x 0.3 + 148 x 3.75 + 100 x 6 + 503 x 15
    = 6,144 + 540 + 555 + 600 + 7,545 = 15,384.
    """
    usage = {
        "input_tokens": 2048,
        "cache_read_input_tokens": 1800,
        "cache_creation_input_tokens": 248,
        "cache_creation": {"ephemeral_5m_input_tokens": 148, "ephemeral_1h_input_tokens": 100},
        "output_tokens": 503,
        "server_tool_use": {"web_search_requests": 0},
        "service_tier": "standard",
    }
    event = check(
        team,
        send(team, "anthropic", "claude-sonnet-4-5-20250929", usage),
        "0.015384",
        [
            ("input", 2048, "3", "0.006144"),
            ("cache_read", 1800, "0.3", "0.00054"),
            ("cache_write_5m", 148, "3.75", "0.000555"),
            ("cache_write_1h", 100, "6", "0.0006"),
            ("output", 503, "15", "0.007545"),
        ],
    )
    assert event["cost"]["price"]["model"] == "claude-sonnet-4-5"
    # Reads saved 1,800 x 2.7 = 4,860; writes cost 148 x 0.75 + 100 x 3 = 411 above input.
    assert team.usage()["totals"]["cache_savings_usd"] == "0.004449"


def test_an_anthropic_cache_write_without_a_lifetime_is_one_of_five_minutes(team: Team) -> None:
    """claude-sonnet-4-5. 2,095 x 3 + 2,051 x 0.3 + 2,051 x 3.75 + 503 x 15.

    = 6,285 + 615.3 + 7,691.25 + 7,545 = 22,136.55.
    """
    usage = {
        "input_tokens": 2095,
        "cache_read_input_tokens": 2051,
        "cache_creation_input_tokens": 2051,
        "output_tokens": 503,
    }
    check(
        team,
        send(team, "anthropic", "claude-sonnet-4-5", usage),
        "0.02213655",
        [
            ("input", 2095, "3", "0.006285"),
            ("cache_read", 2051, "0.3", "0.0006153"),
            ("cache_write_5m", 2051, "3.75", "0.00769125"),
            ("output", 503, "15", "0.007545"),
        ],
    )


def test_a_gemini_answer_with_thoughts_beside_its_candidates(team: Team) -> None:
    """gemini-2.5-flash: $0.30 input, $0.03 cached, $2.50 output and thoughts.

    Cached tokens are among the prompt's, thoughts are not among the candidates':
    600 x 0.3 + 400 x 0.03 + 200 x 2.5 + 300 x 2.5 = 180 + 12 + 500 + 750 = 1,442.
    """
    usage = {
        "promptTokenCount": 1000,
        "cachedContentTokenCount": 400,
        "candidatesTokenCount": 200,
        "thoughtsTokenCount": 300,
        "totalTokenCount": 1500,
    }
    check(
        team,
        send(team, "gemini", "models/gemini-2.5-flash", usage),
        "0.001442",
        [
            ("input", 600, "0.3", "0.00018"),
            ("cache_read", 400, "0.03", "0.000012"),
            ("output", 200, "2.5", "0.0005"),
            ("reasoning", 300, "2.5", "0.00075"),
        ],
    )


@pytest.mark.parametrize(
    ("hour", "cost", "prices"),
    [
        (12, "0.003", [("0.27", "0.00162"), ("0.07", "0.00028"), ("1.1", "0.0011")]),
        (18, "0.0015", [("0.135", "0.00081"), ("0.035", "0.00014"), ("0.55", "0.00055")]),
    ],
    ids=["by day", "in the discount window"],
)
def test_a_deepseek_chat_with_cache_hits(
    team: Team, hour: int, cost: str, prices: list[tuple[str, str]]
) -> None:
    """deepseek-chat: $0.27 miss, $0.07 hit, $1.10 output, half of that in the window.

    6,000 x 0.27 + 4,000 x 0.07 + 1,000 x 1.1 = 1,620 + 280 + 1,100 = 3,000.
    """
    usage = {
        "prompt_tokens": 10_000,
        "prompt_cache_hit_tokens": 4_000,
        "prompt_cache_miss_tokens": 6_000,
        "completion_tokens": 1_000,
        "total_tokens": 11_000,
    }
    quantities = [("input", 6_000), ("cache_read", 4_000), ("output", 1_000)]
    event_id = send(team, "deepseek", "deepseek-chat", usage, timestamp=yesterday_at(hour))
    lines = [(*quantity, *price) for quantity, price in zip(quantities, prices, strict=True)]
    check(team, event_id, cost, lines)


def test_a_mistral_completion_with_cached_tokens(team: Team) -> None:
    """mistral-small-2603: $0.15, $0.015, $0.60.

    5 x 0.15 + 1,008 x 0.015 + 30 x 0.6 = 0.75 + 15.12 + 18 = 33.87.
    """
    usage = {
        "prompt_tokens": 1013,
        "completion_tokens": 30,
        "total_tokens": 1043,
        "prompt_tokens_details": {"cached_tokens": 1008},
    }
    check(
        team,
        send(team, "mistral", "mistral-small-2603", usage),
        "0.00003387",
        [
            ("input", 5, "0.15", "0.00000075"),
            ("cache_read", 1008, "0.015", "0.00001512"),
            ("output", 30, "0.6", "0.000018"),
        ],
    )


def test_openrouters_own_figure_is_the_cost_and_ours_stands_beside_it(team: Team) -> None:
    """OpenRouter says $0.00014 for 194 tokens in and 2 out, whatever we would have computed."""
    usage = {
        "prompt_tokens": 194,
        "completion_tokens": 2,
        "total_tokens": 196,
        "cost": 0.00014,
        "cost_details": {"upstream_inference_cost": 0.00019},
        "prompt_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 100},
        "completion_tokens_details": {"reasoning_tokens": 0},
    }
    event = team.event(send(team, "openrouter", "openai/gpt-4o", usage))
    assert (event["cost_usd"], event["cost_source"]) == ("0.00014", "provider_reported")
    (line,) = event["cost"]["lines"]
    assert (line["class"], line["amount_usd"]) == ("provider_reported", "0.00014")
    assert event["cost"]["computed_lines"] is not None
    assert team.usage()["totals"]["cost_usd"] == "0.00014"


def test_the_senders_own_figure_wins_over_all(team: Team) -> None:
    usage = {"prompt_tokens": 10, "completion_tokens": 1, "cost": 0.5}
    event_id = send(team, "openrouter", "openai/gpt-4o", usage, provider_cost_usd="0.123456789012")
    event = team.event(event_id)
    assert (event["cost_usd"], event["cost_source"]) == ("0.123456789012", "provider_reported")


def test_an_amount_is_read_from_a_json_number_to_the_last_digit(team: Team) -> None:
    """0.1 + 0.2 is 0.3, which binary fractions get wrong."""
    for amount in (0.1, 0.2):
        team.send(an_event(provider_cost_usd=amount))
    assert team.usage()["totals"]["cost_usd"] == "0.3"


def test_an_unknown_model_is_unpriced_and_never_free(team: Team) -> None:
    usage = {"prompt_tokens": 10, "completion_tokens": 1}
    event = team.event(send(team, "openai", "no-such-model", usage))
    assert (event["cost_usd"], event["cost_source"]) == (None, "unpriced")
    totals = team.usage()["totals"]
    assert totals["cost_usd"] is None
    assert totals["coverage"] == {
        "priced": 0,
        "estimated": 0,
        "partial": 0,
        "unpriced": 1,
        "priced_share": 0.0,
    }


def test_a_success_without_usage_is_unpriced_and_a_failure_costs_nothing(team: Team) -> None:
    success, failure = an_event(usage=None), an_event(usage=None, status="error")
    team.send(success, failure)
    assert team.event(success["id"])["cost_usd"] is None
    assert team.event(success["id"])["usage_status"] == "missing"
    assert team.event(failure["id"])["cost_usd"] == "0"
    assert team.event(failure["id"])["cost_source"] == "computed"


def test_a_class_without_a_price_makes_the_cost_partial(team: Team) -> None:
    """gpt-4o: $2.50 input; it takes no audio, so that audio has no price. 100 x 2.5 = 250."""
    usage = {
        "prompt_tokens": 1000,
        "completion_tokens": 0,
        "prompt_tokens_details": {"audio_tokens": 900},
    }
    event = team.event(send(team, "openai", "gpt-4o", usage))
    assert (event["cost_usd"], event["cost_source"]) == ("0.00025", "partial")
    assert event["cost"]["unpriced_classes"] == ["input_audio"]


def test_what_the_usage_object_leaves_out_is_added_beside_it(team: Team) -> None:
    """Web searches are not in OpenAI's usage object; tokens beside it would replace its own."""
    usage = {"input_tokens": 36, "output_tokens": 87, "total_tokens": 123}
    event = an_event(
        provider="openai", model="gpt-4.1", provider_usage=usage, usage={"web_searches": 2}
    )
    team.send(event)
    shown = team.event(event["id"])["usage"]
    assert (shown["input"], shown["output"], shown["web_searches"]) == (36, 87, 2)


def test_all_of_them_together_cost_the_sum(team: Team) -> None:
    """0.000768 + 0.00003387 + 0.015384 = 0.01618587."""
    send(team, "openai", "gpt-4.1", {"input_tokens": 36, "output_tokens": 87})
    send(
        team,
        "mistral",
        "mistral-small-2603",
        {
            "prompt_tokens": 1013,
            "completion_tokens": 30,
            "prompt_tokens_details": {"cached_tokens": 1008},
        },
    )
    send(
        team,
        "anthropic",
        "claude-sonnet-4-5",
        {
            "input_tokens": 2048,
            "cache_read_input_tokens": 1800,
            "cache_creation_input_tokens": 248,
            "cache_creation": {"ephemeral_5m_input_tokens": 148, "ephemeral_1h_input_tokens": 100},
            "output_tokens": 503,
        },
    )
    assert team.usage()["totals"]["cost_usd"] == "0.01618587"
    rows = team.usage(view="providers")["data"]
    assert [(row["provider"], row["cost_usd"]) for row in rows] == [
        ("anthropic", "0.015384"),
        ("openai", "0.000768"),
        ("mistral", "0.00003387"),
    ]
    assert sum(row["share"] for row in rows) == pytest.approx(1)
