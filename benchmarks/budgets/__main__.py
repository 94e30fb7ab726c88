"""What budgets promise when many call at once, and what they cost: ``make bench-budgets``.

``BUDGET_CROSSINGS`` and ``BUDGET_HISTORIES`` ask for other numbers than 200 and 1,000, and
``make bench-budgets BUDGET_PARTS="ingestion fan-out"`` for some of the parts.
"""

import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from benchmarks.budgets.databases import say
from benchmarks.budgets.fanning_out import fan_out
from benchmarks.budgets.ingesting import ingestion
from benchmarks.budgets.over_http import rates
from benchmarks.budgets.promises import crossings, histories
from benchmarks.budgets.reserving import reservations
from tests.integration.database import postgres_server


def main() -> int:
    wanted = set(sys.argv[1:])
    with (
        tempfile.TemporaryDirectory() as folder,
        postgres_server(Path(folder)) as server,
    ):
        say(f"cores: {os.cpu_count()}")
        parts: dict[str, Callable[[], None]] = {
            "crossings": lambda: crossings(server),
            "histories": lambda: histories(server),
            "reservations": lambda: reservations(server, Path(folder) / "log"),
            "ingestion": lambda: ingestion(server),
            "rates": lambda: rates(server, Path(folder) / "log"),
            "fan-out": lambda: fan_out(server),
        }
        for name, part in parts.items():
            if not wanted or name in wanted:
                part()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
