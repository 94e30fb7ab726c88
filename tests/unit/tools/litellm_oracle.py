"""What LiteLLM's price file says, its literals read as they stand there: by no code of ours."""

import json
import re
from collections.abc import Mapping
from decimal import Decimal
from importlib.metadata import distribution
from typing import Any, NamedTuple

from tools.price_book.litellm_names import place_of

#: The keys of the text classes, written down from https://docs.litellm.ai/docs/provider_registration.
_KEYS = {
    "input": "input_cost_per_token",
    "output": "output_cost_per_token",
    "cache_read": "cache_read_input_token_cost",
    "cache_write_5m": "cache_creation_input_token_cost",
    "cache_write_1h": "cache_creation_input_token_cost_above_1hr",
}
_ABOVE = re.compile(r"_above_(\d+)k_tokens")


class Literal(NamedTuple):
    """US dollars for one token, and what it costs above each size of prompt, ascending."""

    usd: Decimal
    above: tuple[tuple[int, Decimal], ...]

    def of(self, prompt_tokens: int) -> Decimal:
        usd = self.usd
        for size, dearer in self.above:
            usd = dearer if prompt_tokens > size else usd
        return usd


def prices_by_model() -> dict[tuple[str, str], dict[str, Literal]]:
    """The file's text prices by provider and name; of two entries, the one with a slash holds."""
    files = distribution("litellm").files or ()
    data = next(
        each for each in files if each.name == "model_prices_and_context_window_backup.json"
    )
    text = data.locate().read_text(encoding="utf-8")  # type: ignore[attr-defined]
    found: dict[tuple[str, str], dict[str, Literal]] = {}
    content = json.loads(text, parse_float=Decimal, parse_int=Decimal)
    for key in sorted(content, key=lambda each: ("/" not in each, each)):
        place = place_of(key, str(content[key].get("litellm_provider", "")))
        prices = _literals(content[key])
        if prices and place is not None and place.region is None:
            found.setdefault((place.provider, place.name), prices)
    return found


def _literals(entry: Mapping[str, Any]) -> dict[str, Literal]:
    """The prices of the text classes; a zero is no price here."""
    return {
        name: Literal(entry[key], _dearer(entry, key))
        for name, key in _KEYS.items()
        if entry.get(key)
    }


def _dearer(entry: Mapping[str, Any], key: str) -> tuple[tuple[int, Decimal], ...]:
    found = (
        (int(matched[1]) * 1000, usd)
        for name, usd in entry.items()
        if name.startswith(key) and (matched := _ABOVE.fullmatch(name[len(key) :])) and usd
    )
    return tuple(sorted(found))
