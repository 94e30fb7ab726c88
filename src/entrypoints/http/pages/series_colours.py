"""Which of the chart's colours a series has: ``tokens.css`` names them ``--series-1`` and so on."""

from collections.abc import Mapping, Sequence
from zlib import crc32

COLOURS = 8

#: The providers that most teams use keep their colours in every chart, next to each other too.
OWN: Mapping[str, int] = {
    "openai": 1,
    "anthropic": 2,
    "google": 3,
    "azure": 4,
    "bedrock": 5,
    "vertex": 6,
    "mistral": 7,
    "deepseek": 8,
}


def colours_of(names: Sequence[str]) -> list[int]:
    """A number from 1 to ``COLOURS`` for each of as many names at most, no two alike.

    A name has the same colour wherever it is shown, unless an own one, or one before it in the
    list, has taken it; then the next that is free.
    """
    taken = {name: OWN[name] for name in names if name in OWN}
    for name in names:
        if name not in taken:
            taken[name] = _first_free(_preferred(name), set(taken.values()))
    return [taken[name] for name in names]


def _preferred(name: str) -> int:
    return crc32(name.encode("utf-8", "surrogatepass")) % COLOURS + 1


def _first_free(wanted: int, taken: set[int]) -> int:
    rest = (((wanted - 1 + step) % COLOURS) + 1 for step in range(COLOURS))
    return next(each for each in rest if each not in taken)
