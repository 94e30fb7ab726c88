"""Which of the chart's colours a series has: ``tokens.css`` names them ``--series-1`` and so on."""

from collections.abc import Sequence
from zlib import crc32

COLOURS = 8


def colours_of(names: Sequence[str]) -> list[int]:
    """A number from 1 to ``COLOURS`` for each of as many names at most, no two alike.

    A name has the same colour wherever it is shown, unless one before it in the alphabet has
    taken it; then the next that is free. Which of them cost more is no matter.
    """
    taken: dict[str, int] = {}
    for name in sorted(names):
        taken[name] = _first_free(_preferred(name), set(taken.values()))
    return [taken[name] for name in names]


def _preferred(name: str) -> int:
    return crc32(name.encode("utf-8", "surrogatepass")) % COLOURS + 1


def _first_free(wanted: int, taken: set[int]) -> int:
    rest = (((wanted - 1 + step) % COLOURS) + 1 for step in range(COLOURS))
    return next(each for each in rest if each not in taken)
