"""genai-prices' price keys, as rates of our classes and units."""

import re
from decimal import Decimal

from genai_prices import types

from adapters.pricing.book_records import RateRecord
from domain.money import plain

Stated = dict[str, Decimal | types.TieredPrices]

#: genai-prices' price keys: our class or unit, and how many of it the price is for.
RATES = {
    "input_mtok": ("input", 10**6),
    "cache_read_mtok": ("cache_read", 10**6),
    "cache_write_mtok": ("cache_write_5m", 10**6),
    "cache_write_1h_mtok": ("cache_write_1h", 10**6),
    "output_mtok": ("output", 10**6),
    "output_reasoning_mtok": ("reasoning", 10**6),
    "input_audio_mtok": ("input_audio", 10**6),
    "cache_audio_read_mtok": ("cache_read_audio", 10**6),
    "output_audio_mtok": ("output_audio", 10**6),
    "input_image_mtok": ("input_image", 10**6),
    "output_image_mtok": ("output_image", 10**6),
    "input_video_mtok": ("input_video", 10**6),
    "input_mchars": ("characters", 10**6),
    "web_searches_kcount": ("web_searches", 10**3),
    "requests_kcount": ("requests", 10**3),
    "input_document_kpages": ("pages", 10**3),
    "audio_hours": ("audio_seconds", 3600),
    "input_audio_hours": ("audio_seconds", 3600),
}
#: What canonical usage cannot say yet, so that no event could use the price.
NOT_CARRIED = frozenset(
    {
        "cache_image_read_mtok",
        "input_annotated_document_kpages",
        "input_text_messages_kcount",
        "output_citation_mtok",
        "output_video_mtok",
        "storage_searches_kcount",
    }
)
#: Models that produce one modality: the source's output price is that modality's.
_OUTPUT_IS = (
    (re.compile(r"^(?:chat)?gpt-image-"), "output_image"),
    (re.compile(r"^(?:gemini|gpt).*-tts$"), "output_audio"),
)


def rates_of(model: str, stated: Stated) -> dict[str, RateRecord]:
    """The rates in a price. Raises ``KeyError`` for a key that nobody has thought about."""
    rates: dict[str, RateRecord] = {}
    for key, value in stated.items():
        if key not in NOT_CARRIED:
            name, per = RATES[key]
            rates[name] = _rate(value, per)
    for names, modality in _OUTPUT_IS:
        if names.match(model) and modality not in rates and "output" in rates:
            rates[modality] = rates["output"]
    return dict(sorted(rates.items()))


def _rate(value: Decimal | types.TieredPrices, per: int) -> RateRecord:
    if isinstance(value, Decimal):
        return RateRecord(usd=_plain(value), per=per)
    tiers = tuple((tier.start, _plain(tier.price)) for tier in value.tiers)
    return RateRecord(usd=_plain(value.base), per=per, tiers=tiers)


def _plain(price: Decimal) -> Decimal:
    return Decimal(plain(price))
