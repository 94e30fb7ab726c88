"""The price keys of ``litellm``'s data, read as our classes, tiers and thresholds."""

import re
from typing import NamedTuple

from domain.service_tier import DEFAULT

_MILLION = 10**6


class PriceKey(NamedTuple):
    """What a key prices: ``per`` is what the book's price will be for, ``above`` a threshold."""

    class_: str
    per: int
    service_tier: str
    above: int | None


_TOKENS = {
    "input_cost_per_token": "input",
    "output_cost_per_token": "output",
    "output_cost_per_reasoning_token": "reasoning",
    "cache_read_input_token_cost": "cache_read",
    "cache_creation_input_token_cost": "cache_write_5m",
    "cache_creation_input_token_cost_above_1hr": "cache_write_1h",
    "input_cost_per_audio_token": "input_audio",
    "cache_read_input_audio_token_cost": "cache_read_audio",
    "output_cost_per_audio_token": "output_audio",
    "input_cost_per_image_token": "input_image",
    "output_cost_per_image_token": "output_image",
    "input_cost_per_video_token": "input_video",
}
#: Other units, and the kinds of model for which the key means that unit.
_UNITS: dict[tuple[str, str], str] = {
    ("input_cost_per_query", "rerank"): "search_units",
    ("input_cost_per_request", "chat"): "requests",
    ("input_cost_per_second", "audio_transcription"): "audio_seconds",
    ("input_cost_per_character", "audio_speech"): "characters",
    ("output_cost_per_image", "image_generation"): "images",
    ("output_cost_per_image", "image_edit"): "images",
    ("ocr_cost_per_page", "ocr"): "pages",
}
_TIERS = {
    "": DEFAULT,
    "_batches": "batch",
    "_flex": "flex",
    "_priority": "priority",
    "_ultrafast": "ultrafast",
}
_KEY = re.compile(
    r"(?P<base>[a-z_]+?(?:_above_1hr)?)"
    r"(?:_above_(?P<above>\d+)k_tokens)?"
    r"(?P<tier>_batches|_flex|_priority|_ultrafast)?"
)
#: Parts of keys whose prices canonical usage cannot say or that are not a call's; each was
#: thought about: sizes and lengths of pictures and films, storage, sessions, guardrails, the
#: modality of cached images, cache writes of twelve hours, and what is another source's copy.
_NOT_CARRIED = (
    "_above_12hr",
    "_above_15s_interval",
    "_above_8s_interval",
    "_decisions",
    "_per_video_per_second",
    "_per_audio_per_second",
    "_per_image_above",
    "_per_character",
    "_per_pixel",
    "output_cost_per_second",
    "output_cost_per_image",
    "output_cost_per_video_token",
    "input_cost_per_image",
    "input_cost_per_query",
    "input_cost_per_request",
    "input_cost_per_second",
    "input_cost_per_text_message",
    "input_cost_per_token_cache_hit",
    "explicit_cache_read_input_token_cost",
    "cache_read_input_image_token_cost",
    "cache_creation_input_audio_token_cost",
    "annotation_cost_per_page",
    "ocr_cost_per_page",
    "citation_cost_per_token",
    "code_interpreter_cost_per_session",
    "cost_per_second",
    "fedramp_uplift_multiplier",
    "google_maps_grounding_cost_per_query",
    "guardrail_cost_per_unit",
    "regional_endpoint_uplift_multiplier",
    "vector_store_cost_per_gb_per_day",
)
_READ_ELSEWHERE = frozenset(
    {
        "off_peak_pricing",
        "tiered_pricing",
        "provider_specific_entry",
        "search_context_cost_per_query",
        "regional_processing_uplift_multiplier_eu",
        "regional_processing_uplift_multiplier_us",
    }
)
_SOUNDS_LIKE_PRICE = re.compile(r"cost|pricing|multiplier")


def key_of(key: str, mode: str) -> PriceKey | None:
    """What ``key`` prices for a model of this ``mode``; None where it is no price of ours."""
    matched = _KEY.fullmatch(key)
    if matched is None:
        return None
    tier = _TIERS[matched["tier"] or ""]
    above = int(matched["above"]) * 1000 if matched["above"] else None
    if token_class := _TOKENS.get(matched["base"]):
        return PriceKey(token_class, _MILLION, tier, above)
    unit = _UNITS.get((matched["base"], mode))
    return PriceKey(unit, 1, tier, above) if unit else None


def check_key(key: str) -> None:
    """Raises ``KeyError`` for a price that nobody has thought about."""
    matched = _KEY.fullmatch(key)
    known = matched is not None and matched["base"] in _TOKENS
    decided = known or key in _READ_ELSEWHERE or any(part in key for part in _NOT_CARRIED)
    if _SOUNDS_LIKE_PRICE.search(key) and not decided:
        raise KeyError(key)
