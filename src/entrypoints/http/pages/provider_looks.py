"""How each provider looks in charts and beside its name: a colour and a pattern, fixed by its name.

No palette of so many colours can be told apart by the colour-blind. So there are eight, each in
several patterns, and no two providers of one colour have the same pattern.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2s
from itertools import product

from entrypoints.http.pages.series_colours import COLOURS


@dataclass(frozen=True, slots=True)
class Look:
    """``colour`` is the end of a class, ``series-``: a number, or ``rest``.

    ``pattern`` is one of ``PATTERNS``; empty for a plain area.
    """

    colour: str
    pattern: str = ""

    @property
    def id(self) -> str:
        """What a drawing calls its pattern of this look."""
        return f"look-{self.colour}-{self.pattern}"


#: What is drawn over the colour in the card's own, as the path of a tile of 6 x 6 pixels. None has
#: level lines, which would look like seams, or upright ones, which a thin bar might miss.
PATTERNS: Mapping[str, str] = {
    "lines": "M-1 1 1-1M0 6 6 0M5 7 7 5",
    "dots": "M1.5 1.5h.01M4.5 4.5h.01",
    "mesh": "M0 0 6 6M6 0 0 6",
    "falling": "M-1 5 1 7M0 0 6 6M5-1 7 1",
    "waves": "M-1 4 1.5 1.5 4.5 4.5 7 2",
    "bricks": "M.75 1.5h1.5M3.75 4.5h1.5",
    "rings": "M1 3a2 2 0 1 0 4 0a2 2 0 1 0-4 0",
}
#: Of each pattern the providers that have it, in the order of the colours.
_FIXED = {
    "": ("openai", "anthropic", "google", "azure", "bedrock", "vertex", "mistral", "deepseek"),
    "lines": (
        "cohere", "groq", "perplexity", "xai", "cerebras", "together", "fireworks", "openrouter",
    ),
    "dots": (
        "moonshot", "zai", "vllm", "ollama", "huggingface", "qwen", "minimax", "replicate",
    ),
    "mesh": ("voyage", "openai_compatible"),
}  # fmt: skip
FIXED: Mapping[str, Look] = {
    name: Look(str(colour), pattern)
    for pattern, names in _FIXED.items()
    for colour, name in enumerate(names, start=1)
}
_COLOURS = [str(number) for number in range(1, COLOURS + 1)]
#: For everybody else, so that nobody has the look of a provider in the list.
_OTHERS = [pattern for pattern in PATTERNS if pattern not in _FIXED]


def look_of(provider: str) -> Look:
    """Its own look; that of a provider which is not in the list follows from its name."""
    return FIXED.get(provider) or next(_choices(provider))


def looks_of(providers: Sequence[str]) -> list[Look]:
    """A look for each of the few providers of one chart, no two alike.

    Each has its own, unless two that are not in the list share theirs: then the one whose name
    comes later has the next pattern.
    """
    found = {name: FIXED[name] for name in providers if name in FIXED}
    for name in sorted(set(providers) - set(found)):
        taken = set(found.values())
        found[name] = next(look for look in _choices(name) if look not in taken)
    return [found[name] for name in providers]


def _choices(provider: str) -> Iterator[Look]:
    """Every look that it may have, its own first, then those of the same colour."""
    digest = blake2s(provider.encode("utf-8", "surrogatepass"), digest_size=2).digest()
    colours, patterns = _from(_COLOURS, digest[0]), _from(_OTHERS, digest[1])
    return (Look(colour, pattern) for colour, pattern in product(colours, patterns))


def _from(choices: Sequence[str], number: int) -> list[str]:
    first = number % len(choices)
    return [*choices[first:], *choices[:first]]
