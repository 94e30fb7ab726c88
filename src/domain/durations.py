"""Distributions of durations that can be merged: counts in slots, instead of every value.

A slot is at most 3.8 % wide, so that its middle is within 2 % of every value in it; up to 52 ms
each value has a slot of its own.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from itertools import accumulate
from math import ceil

from domain.report import Distribution

_MOST_MS = 86_400_000
_WIDTH = 0.038


def _bounds() -> tuple[int, ...]:
    bounds = [0]
    while bounds[-1] <= _MOST_MS:
        bounds.append(bounds[-1] + max(1, int(bounds[-1] * _WIDTH)))
    return tuple(bounds)


#: Where slots begin, ascending, in milliseconds; slot ``n`` is from ``BOUNDS[n - 1]`` to the next.
BOUNDS = _bounds()


def slot_of(milliseconds: int) -> int:
    """The slot of a duration from 0 to a day, from 1 on."""
    return bisect_right(BOUNDS, milliseconds)


def distribution(counts: Mapping[int, int], total_ms: int) -> Distribution:
    """What ``counts`` of values by slot amount to, ``total_ms`` being the sum of all values.

    The mean is exact; each percentile is within 2 % of the smallest value that at least that
    share of values reach.
    """
    number = sum(counts.values())
    if not number:
        return Distribution()
    mean = total_ms / number
    slots = sorted(counts)
    if len(slots) == 1:  # values that are nearly or quite the same: their mean is nearer
        return Distribution(round(mean, 3), *(round(mean) for _ in range(3)))
    reached = list(accumulate(map(counts.__getitem__, slots)))
    p50, p95, p99 = (
        _middle(slots[bisect_left(reached, ceil(share * number))]) for share in (0.5, 0.95, 0.99)
    )
    return Distribution(mean=round(mean, 3), p50=p50, p95=p95, p99=p99)


def _middle(slot: int) -> int:
    return (BOUNDS[slot - 1] + BOUNDS[slot] - 1) // 2
