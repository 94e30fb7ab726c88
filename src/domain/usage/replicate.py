"""Replicate's convention: a prediction's ``metrics``, by tokens, pictures or seconds.

Official models are billed by what they take and make, others by the time they run.
Source: https://replicate.com/docs/reference/http (``metrics``) and
https://replicate.com/docs/topics/billing.
"""

from collections.abc import Mapping

from domain.usage import openai
from domain.usage.fields import count, seconds
from domain.usage.normalised import NormalisedUsage, Tally
from domain.usage.token_usage import TokenClass, Unit


def read(usage: Mapping[str, object]) -> NormalisedUsage:
    """The ``metrics`` of a prediction that has ended."""
    if openai.is_chat(usage):
        return openai.read(usage)._replace(convention="replicate")
    tally = Tally()
    for key, token_class in (
        ("input_token_count", TokenClass.INPUT),
        ("output_token_count", TokenClass.OUTPUT),
    ):
        tally.take(token_class, count(usage, key))
    tally.take_unit(Unit.IMAGES, count(usage, "image_count"))
    ran = seconds(usage, "predict_time")
    if not tally.tokens and not tally.units:
        tally.take_unit(Unit.COMPUTE_SECONDS, ran)
    return tally.normalised("replicate")
