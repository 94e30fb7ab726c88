"""DeepSeek's convention: OpenAI's chat shape, with the prompt as cache hits plus misses.

Source: https://api-docs.deepseek.com/api/create-chat-completion (``usage``) and
https://api-docs.deepseek.com/guides/kv_cache.
"""

from collections.abc import Mapping

from domain.usage import openai
from domain.usage.fields import count
from domain.usage.normalised import NormalisedUsage, Tally, contradictory
from domain.usage.token_usage import TokenClass


def read(usage: Mapping[str, object]) -> NormalisedUsage:
    """A chat completion's ``usage``."""
    tally, names = Tally(), openai.CHAT
    prompt = count(usage, names.prompt)
    hit, miss = count(usage, "prompt_cache_hit_tokens"), count(usage, "prompt_cache_miss_tokens")
    if prompt is not None and hit is not None and miss is not None and hit + miss != prompt:
        tally.notes.append(contradictory("/prompt_cache_miss_tokens"))
        tally.tokens[TokenClass.INPUT] = prompt
    elif prompt is None and hit is not None and miss is not None:
        tally.tokens |= {TokenClass.INPUT: miss, TokenClass.CACHE_READ: hit}
    else:
        openai.read_prompt(usage, names, tally, cached=hit)
    openai.read_output(usage, names, tally)
    openai.check_total(usage, names, tally)
    return openai.finish(usage, tally, "deepseek")
