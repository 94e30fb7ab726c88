"""Canonical usage written as each provider's own usage object: what a response would have said."""

from collections.abc import Callable

from domain.usage.token_usage import TokenClass, TokenUsage, Unit

Document = dict[str, object]
Shape = Callable[[TokenUsage], Document]

_QUEUE_S = 0.021
_GROQ_PROMPT_TOKENS_PER_S = 9_000
_GROQ_OUTPUT_TOKENS_PER_S = 480
_BYTES_PER_PAGE = 61_440


def openai_chat(usage: TokenUsage) -> Document:
    """Cached tokens are part of the prompt, reasoning is part of the completion."""
    prompt, output = usage.prompt_tokens, _output(usage)
    return {
        "prompt_tokens": prompt,
        "completion_tokens": output,
        "total_tokens": prompt + output,
        "prompt_tokens_details": {
            "cached_tokens": _tokens(usage, TokenClass.CACHE_READ),
            "audio_tokens": 0,
        },
        "completion_tokens_details": {
            "reasoning_tokens": _tokens(usage, TokenClass.REASONING),
            "audio_tokens": 0,
            "accepted_prediction_tokens": 0,
            "rejected_prediction_tokens": 0,
        },
    }


def openai_responses(usage: TokenUsage) -> Document:
    prompt, output = usage.prompt_tokens, _output(usage)
    return {
        "input_tokens": prompt,
        "input_tokens_details": {"cached_tokens": _tokens(usage, TokenClass.CACHE_READ)},
        "output_tokens": output,
        "output_tokens_details": {"reasoning_tokens": _tokens(usage, TokenClass.REASONING)},
        "total_tokens": prompt + output,
    }


def openai_embeddings(usage: TokenUsage) -> Document:
    return {"prompt_tokens": usage.prompt_tokens, "total_tokens": usage.prompt_tokens}


def anthropic(usage: TokenUsage) -> Document:
    """Input, cache reads and cache writes exclude one another."""
    written = _tokens(usage, TokenClass.CACHE_WRITE_5M)
    return {
        "input_tokens": _tokens(usage, TokenClass.INPUT),
        "cache_creation_input_tokens": written,
        "cache_read_input_tokens": _tokens(usage, TokenClass.CACHE_READ),
        "cache_creation": {"ephemeral_5m_input_tokens": written, "ephemeral_1h_input_tokens": 0},
        "output_tokens": _output(usage),
        "output_tokens_details": {"thinking_tokens": _tokens(usage, TokenClass.REASONING)},
        "service_tier": "standard",
    }


def anthropic_batch(usage: TokenUsage) -> Document:
    return anthropic(usage) | {"service_tier": "batch"}


def gemini(usage: TokenUsage) -> Document:
    """Thoughts stand beside the candidates; a count that is zero is left out."""
    counts = {
        "promptTokenCount": usage.prompt_tokens,
        "cachedContentTokenCount": _tokens(usage, TokenClass.CACHE_READ),
        "candidatesTokenCount": _tokens(usage, TokenClass.OUTPUT),
        "thoughtsTokenCount": _tokens(usage, TokenClass.REASONING),
        "totalTokenCount": usage.total_tokens,
    }
    return {
        **{name: number for name, number in counts.items() if number},
        "promptTokensDetails": [{"modality": "TEXT", "tokenCount": usage.prompt_tokens}],
    }


def deepseek(usage: TokenUsage) -> Document:
    hit, prompt, output = (
        _tokens(usage, TokenClass.CACHE_READ),
        usage.prompt_tokens,
        _output(usage),
    )
    return {
        "prompt_tokens": prompt,
        "completion_tokens": output,
        "total_tokens": prompt + output,
        "prompt_tokens_details": {"cached_tokens": hit},
        "completion_tokens_details": {"reasoning_tokens": _tokens(usage, TokenClass.REASONING)},
        "prompt_cache_hit_tokens": hit,
        "prompt_cache_miss_tokens": prompt - hit,
    }


def mistral(usage: TokenUsage) -> Document:
    prompt, output = usage.prompt_tokens, _output(usage)
    return {
        "prompt_tokens": prompt,
        "completion_tokens": output,
        "total_tokens": prompt + output,
        "prompt_tokens_details": {"cached_tokens": _tokens(usage, TokenClass.CACHE_READ)},
    }


def mistral_ocr(usage: TokenUsage) -> Document:
    pages = int(usage.units[Unit.PAGES])
    return {"pages_processed": pages, "doc_size_bytes": pages * _BYTES_PER_PAGE}


def xai(usage: TokenUsage) -> Document:
    """Reasoning stands beside the completion, and in the total."""
    prompt = usage.prompt_tokens
    return {
        "prompt_tokens": prompt,
        "completion_tokens": _tokens(usage, TokenClass.OUTPUT),
        "total_tokens": usage.total_tokens,
        "prompt_tokens_details": {
            "text_tokens": prompt,
            "audio_tokens": 0,
            "image_tokens": 0,
            "cached_tokens": _tokens(usage, TokenClass.CACHE_READ),
        },
        "completion_tokens_details": {
            "reasoning_tokens": _tokens(usage, TokenClass.REASONING),
            "audio_tokens": 0,
            "accepted_prediction_tokens": 0,
            "rejected_prediction_tokens": 0,
        },
        "num_sources_used": 0,
    }


def groq(usage: TokenUsage) -> Document:
    prompt, output = usage.prompt_tokens, _output(usage)
    reading, writing = prompt / _GROQ_PROMPT_TOKENS_PER_S, output / _GROQ_OUTPUT_TOKENS_PER_S
    return {
        "queue_time": _QUEUE_S,
        "prompt_tokens": prompt,
        "prompt_time": round(reading, 6),
        "completion_tokens": output,
        "completion_time": round(writing, 6),
        "total_tokens": prompt + output,
        "total_time": round(reading + writing, 6),
    }


def openrouter(*, input_usd: float, cache_read_usd: float, output_usd: float) -> Shape:
    """With the cost that OpenRouter charged, at these dollars for a million tokens."""

    def shape(usage: TokenUsage) -> Document:
        cached = _tokens(usage, TokenClass.CACHE_READ)
        uncached = usage.prompt_tokens - cached
        cost = uncached * input_usd + cached * cache_read_usd + _output(usage) * output_usd
        return openai_chat(usage) | {
            "cost": round(cost / 1_000_000, 8),
            "is_byok": False,
            "cost_details": {"upstream_inference_cost": None},
        }

    return shape


def _tokens(usage: TokenUsage, token_class: TokenClass) -> int:
    return usage.tokens.get(token_class, 0)


def _output(usage: TokenUsage) -> int:
    return _tokens(usage, TokenClass.OUTPUT) + _tokens(usage, TokenClass.REASONING)
