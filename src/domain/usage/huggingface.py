"""Hugging Face's conventions: OpenAI's by the router, and the details of Text Generation Inference.

Source: https://huggingface.co/docs/inference-providers/tasks/chat-completion and
https://huggingface.co/docs/text-generation-inference/reference/api_reference (``Details``).
"""

from collections.abc import Mapping

from domain.usage import openai
from domain.usage.fields import count, rows
from domain.usage.normalised import NormalisedUsage, Tally
from domain.usage.token_usage import TokenClass


def read(usage: Mapping[str, object]) -> NormalisedUsage:
    """A ``usage`` of the router, or the ``details`` of a generation."""
    if "generated_tokens" not in usage:
        return openai.read(usage)._replace(convention="huggingface")
    tally = Tally()
    tally.take(TokenClass.OUTPUT, count(usage, "generated_tokens"))
    if usage.get("prefill"):  # one row for each token of the prompt, where it was asked for
        tally.tokens[TokenClass.INPUT] = len(rows(usage, "prefill"))
    return tally.normalised("huggingface")
