"""Many threads at once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

Result = TypeVar("Result")


def at_once(times: int, work: Callable[[int], Result]) -> list[Result]:
    """Call ``work`` with 0, 1, 2 ... in threads that start together; their results, in order."""
    start = Barrier(times)

    def run(number: int) -> Result:
        start.wait(timeout=30)
        return work(number)

    with ThreadPoolExecutor(times) as threads:
        return list(threads.map(run, range(times)))
