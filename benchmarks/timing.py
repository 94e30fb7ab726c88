"""Timing in ratios: what is compared runs in turn, in one process, so that noise hits both."""

import gc
import time
from collections.abc import Callable, Sequence
from statistics import median


def microseconds(run: Callable[[], object], *, calls: int) -> float:
    """The time of one call in a round of ``calls``, without the garbage collector."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        started = time.perf_counter_ns()
        for _ in range(calls):
            run()
        return (time.perf_counter_ns() - started) / calls / 1000
    finally:
        if was_enabled:
            gc.enable()


def in_turn(runs: Sequence[Callable[[], object]], *, calls: int, rounds: int) -> list[list[float]]:
    """For each of ``runs`` the microseconds of every round, A B A B ..., after one warm-up."""
    taken: list[list[float]] = [[] for _ in runs]
    for round_ in range(rounds + 1):
        for number, run in enumerate(runs):
            spent = microseconds(run, calls=calls if round_ else max(1, calls // 10))
            if round_:
                taken[number].append(spent)
    return taken


def ratio(dividend: Sequence[float], divisor: Sequence[float]) -> float:
    """The median of the ratios, round by round."""
    return median(a / b for a, b in zip(dividend, divisor, strict=True))


def least(taken: Sequence[float]) -> float:
    """What it takes where nobody else uses the machine at that moment: others only ever add.

    For figures that are limits by themselves; what is compared has ratios.
    """
    return min(taken)
