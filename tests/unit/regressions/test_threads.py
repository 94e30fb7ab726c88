"""Every thread in which somebody was shown a wrong cost has a test here that names it."""

from functools import cache
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[2]
#: By what went wrong; the corpus or a unit test names each.
THREADS = {
    "cached tokens": """
        BerriAI/litellm#5443 BerriAI/litellm#6575 BerriAI/litellm#9812 BerriAI/litellm#11364
        BerriAI/litellm#16377 BerriAI/litellm#31282 BerriAI/litellm#40006 BerriAI/litellm#40016
        BerriAI/litellm#29998 BerriAI/litellm#14620 BerriAI/litellm#14714 langfuse/langfuse#12306
        langfuse/langfuse#10592 langfuse/langfuse#9305 langfuse/langfuse#14725 ClickHouse/nerve#105
        livekit/agents#5121 Arize-ai/phoenix#10036 Arize-ai/phoenix#13379 PostHog/posthog-js#2829
        PostHog/posthog-js#3022 PostHog/posthog-js#3615 PostHog/ai-plugin#92 PostHog/posthog#36457
        PostHog/posthog#29380 crewAIInc/crewAI#6768 anomalyco/opencode#38427
        braintrustdata/braintrust-sdk-java#88 anthropics/anthropic-sdk-java#353
        langfuse/langfuse#16489 langfuse/langfuse#14754
    """,
    "tiers, batches and discounts": """
        BerriAI/litellm#13810 BerriAI/litellm#14796 BerriAI/litellm#23560 langfuse/langfuse#13780
        langfuse/langfuse#8482 pydantic/genai-prices#115 pydantic/genai-prices#390
        pydantic/genai-prices#429 pydantic/genai-prices#547 anomalyco/models.dev#161
    """,
    "streams": """
        PostHog/posthog-js#4664 BerriAI/litellm#37992 BerriAI/litellm#37994 BerriAI/litellm#39893
        openai/openai-openapi#539 BerriAI/litellm#6633 ferro-labs/ai-gateway#281 openclaw#120008
        tokenjam#628 llmr#10 BerriAI/litellm#28376 BerriAI/litellm#39749
    """,
    "unknown models": """
        BerriAI/litellm#37867 BerriAI/litellm#37282 BerriAI/litellm#3521 BerriAI/litellm#6310
        sielay/eidan#203 archestra-ai/archestra#6912 control-tower#1755 model-router-eval#2
        langwatch/langwatch#2914 Arize-ai/phoenix#12673
    """,
}


@cache
def texts() -> str:
    corpus = [*(TESTS / "corpus").glob("*.json")]
    tests = [file for file in (TESTS / "unit").rglob("*.py") if file != Path(__file__)]
    return "\n".join(file.read_text(encoding="utf-8") for file in (*corpus, *tests))


@pytest.mark.parametrize("thread", [name for names in THREADS.values() for name in names.split()])
def test_the_thread_has_its_regression(thread: str) -> None:
    found = texts()
    assert any(f"{thread}{end}" in found for end in ('"', ",", ":", ";", ".", " "))
