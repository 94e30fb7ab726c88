"""What budgets promise when many call at once, and what they cost: ``make bench-budgets``.

``BUDGET_CROSSINGS`` and ``BUDGET_HISTORIES`` ask for other numbers than 200 and 1,000, and
``make bench-budgets BUDGET_PARTS="ingestion fan-out"`` for some of the parts. It fails where a
promise is broken.
"""

import os
import sys
import tempfile
from collections.abc import Callable, Collection, Mapping
from pathlib import Path

from benchmarks.budgets.databases import say
from benchmarks.budgets.fanning_out import fan_out
from benchmarks.budgets.ingesting import ingestion
from benchmarks.budgets.over_http import rates
from benchmarks.budgets.promises import crossings, histories
from benchmarks.budgets.reserving import reservations
from tests.integration.database import postgres_server


def broken(parts: Mapping[str, Callable[[], int | None]], wanted: Collection[str]) -> int:
    """Go through all parts, or those wanted; how many promises did not hold."""
    counts = [part() or 0 for name, part in parts.items() if not wanted or name in wanted]
    return sum(counts)


def main() -> int:
    wanted = set(sys.argv[1:])
    with (
        tempfile.TemporaryDirectory() as folder,
        postgres_server(Path(folder)) as server,
    ):
        say(f"cores: {os.cpu_count()}")
        parts: dict[str, Callable[[], int | None]] = {
            "crossings": lambda: crossings(server),
            "histories": lambda: histories(server),
            "reservations": lambda: reservations(server, Path(folder) / "log"),
            "ingestion": lambda: ingestion(server),
            "rates": lambda: rates(server, Path(folder) / "log"),
            "fan-out": lambda: fan_out(server),
        }
        violations = broken(parts, wanted)
    if violations:
        say(f"BROKEN: {violations} times a promise did not hold")
    return 1 if violations else 0


if __name__ == "__main__":
    raise SystemExit(main())
