"""What one call used, in disjoint classes: every token stands in exactly one of them."""

from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple


class TokenClass(StrEnum):
    """The classes that tokens are billed in. They never overlap, so a cost is a sum."""

    INPUT = "input"
    CACHE_READ = "cache_read"
    CACHE_WRITE_5M = "cache_write_5m"
    CACHE_WRITE_1H = "cache_write_1h"
    OUTPUT = "output"
    REASONING = "reasoning"
    INPUT_AUDIO = "input_audio"
    CACHE_READ_AUDIO = "cache_read_audio"
    OUTPUT_AUDIO = "output_audio"
    INPUT_IMAGE = "input_image"
    OUTPUT_IMAGE = "output_image"
    INPUT_VIDEO = "input_video"


#: What a call produced; all other classes make up its prompt, whose size long-context tiers see.
OUTPUT_CLASSES = (
    TokenClass.OUTPUT,
    TokenClass.REASONING,
    TokenClass.OUTPUT_AUDIO,
    TokenClass.OUTPUT_IMAGE,
)
_IS_OUTPUT = frozenset(OUTPUT_CLASSES)

#: What of a prompt a cache had.
CACHE_READ_CLASSES = (TokenClass.CACHE_READ, TokenClass.CACHE_READ_AUDIO)


class Unit(StrEnum):
    """What is billed besides tokens."""

    REQUESTS = "requests"
    WEB_SEARCHES = "web_searches"
    SEARCH_UNITS = "search_units"
    IMAGES = "images"
    AUDIO_SECONDS = "audio_seconds"
    VIDEO_SECONDS = "video_seconds"
    COMPUTE_SECONDS = "compute_seconds"
    CHARACTERS = "characters"
    PAGES = "pages"


#: Units that may have decimals; all other quantities are whole.
FRACTIONAL_UNITS = frozenset({Unit.AUDIO_SECONDS, Unit.VIDEO_SECONDS, Unit.COMPUTE_SECONDS})


class TokenUsage(NamedTuple):
    """The canonical usage of one call. A class that is absent is unknown, not zero.

    A tuple, because every event makes one: it takes half the time of a frozen dataclass.
    """

    tokens: Mapping[TokenClass, int] = MappingProxyType({})
    units: Mapping[Unit, Decimal] = MappingProxyType({})

    @property
    def is_empty(self) -> bool:
        """True when nothing at all is known; a usage of explicit zeros is not empty."""
        return not self.tokens and not self.units

    @property
    def prompt_tokens(self) -> int:
        """All tokens of the prompt, cached ones included."""
        tokens, total = self.tokens, 0
        for name in tokens:  # every event asks, and a loop is quicker than a sum with a condition
            if name not in _IS_OUTPUT:
                total += tokens[name]
        return total

    @property
    def total_tokens(self) -> int:
        return sum(self.tokens.values())

    def overridden_by(self, other: "TokenUsage") -> "TokenUsage":
        """This usage with ``other`` on top.

        Token classes of ``other`` replace all token classes here (they are one disjoint whole);
        its units are added, each replacing the same unit.
        """
        tokens = other.tokens or self.tokens
        return TokenUsage(tokens=dict(tokens), units={**self.units, **other.units})
