"""Perplexity's convention: OpenAI's, with searches, citations, and the cost it charged.

Deep research bills reasoning and citations beside input and output, and each search query; other
models have a fee for a request, which covers their searches.
Source: https://docs.perplexity.ai/getting-started/pricing and
https://docs.perplexity.ai/api-reference/chat-completions-post (``usage``).
"""

from collections.abc import Mapping
from decimal import Decimal

from domain.usage import openai
from domain.usage.fields import count, details, money
from domain.usage.normalised import CITATIONS_AS_INPUT, NormalisedUsage, Tally
from domain.usage.token_usage import TokenClass, Unit


def read(usage: Mapping[str, object]) -> NormalisedUsage:
    """A ``usage`` of a chat completion or a response."""
    return openai.read(_without_extras(usage))._replace(
        convention="perplexity", provider_cost_usd=_charged(usage)
    )


def read_research(usage: Mapping[str, object]) -> NormalisedUsage:
    """A ``usage`` of a deep research."""
    names, tally = openai.names_of(usage), Tally()
    openai.read_prompt(usage, names, tally)
    openai.read_output(usage, names, tally)
    cited = count(usage, "citation_tokens")
    if cited:
        tally.tokens[TokenClass.INPUT] = tally.tokens.get(TokenClass.INPUT, 0) + cited
        tally.notes.append(CITATIONS_AS_INPUT)
    tally.take(TokenClass.REASONING, count(usage, "reasoning_tokens"))
    tally.take_unit(Unit.WEB_SEARCHES, count(usage, "num_search_queries"))
    return tally.normalised("perplexity", provider_cost_usd=_charged(usage))


def _without_extras(usage: Mapping[str, object]) -> Mapping[str, object]:
    return {key: value for key, value in usage.items() if key not in ("cost", "citation_tokens")}


def billed(read: NormalisedUsage, usage: Mapping[str, object]) -> NormalisedUsage:
    """A reading of the same object with what Perplexity charged, where it says so."""
    is_stated = isinstance(usage.get("cost"), Mapping)
    return read._replace(provider_cost_usd=_charged(usage)) if is_stated else read


def _charged(usage: Mapping[str, object]) -> Decimal | None:
    """The whole cost, in US dollars; its parts are in the same object."""
    return money(details(usage, "cost"), "total_cost", "/cost")
