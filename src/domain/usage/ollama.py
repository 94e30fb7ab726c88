"""Ollama's convention: two counts in its own protocol, OpenAI's shape in the other.

Source: https://docs.ollama.com/api/usage.
"""

from collections.abc import Mapping

from domain.usage import openai
from domain.usage.fields import count
from domain.usage.normalised import NormalisedUsage, Tally
from domain.usage.token_usage import TokenClass


def read(usage: Mapping[str, object]) -> NormalisedUsage:
    """The counts that stand in an answer, or the ``usage`` of the shared protocol."""
    if "prompt_eval_count" not in usage and "eval_count" not in usage:
        return openai.read(usage)._replace(convention="ollama")
    tally = Tally()
    for key, token_class in (
        ("prompt_eval_count", TokenClass.INPUT),
        ("eval_count", TokenClass.OUTPUT),
    ):
        tally.take(token_class, count(usage, key))
    return tally.normalised("ollama")
