"""Voyage AI's convention: one count of tokens, all of them input.

Source: https://docs.voyageai.com/reference/embeddings-api,
https://docs.voyageai.com/reference/multimodal-embeddings-api and
https://docs.voyageai.com/reference/reranker-api (``usage``).
"""

from collections.abc import Mapping

from domain.usage.fields import count
from domain.usage.normalised import NormalisedUsage, Tally
from domain.usage.token_usage import TokenClass


def read(usage: Mapping[str, object]) -> NormalisedUsage:
    """The ``usage`` of embeddings and rerankings; what pictures take is part of the total."""
    tally = Tally()
    total = count(usage, "total_tokens")
    if total is None:
        total = count(usage, "text_tokens")
    tally.take(TokenClass.INPUT, total)
    return tally.normalised("voyage")
