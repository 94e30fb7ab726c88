"""What the Python SDK adds to a program's calls, beside its peers: ``make bench-sdk``.

Each instrumentation runs in an environment of its own, since their pins clash, and against its own
control there, call by call in turn. All of them export to a server in a process of its own that
takes anything. Then the first chunk of a stream, how long a loop of asyncio stands still, the
import, and an outage: calls at a steady rate while nobody answers, and what becomes of them when
somebody does.
"""

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles

from benchmarks.sdk_outage import report_outage
from benchmarks.sdk_sink import sink

HERE = Path(__file__).parent
SOURCES = HERE.parent / "sdk" / "python" / "src"
ENVIRONMENTS = HERE.parent / ".venv" / "peers"
PEERS = ("langfuse", "openlit", "posthog", "opentelemetry")
ROUNDS, WINDOW = 3, 300
IMPORTS = 15


def measured(name: str, url: str) -> dict[str, list[int]]:
    """The nanoseconds of wrapped and of bare calls."""
    python = ENVIRONMENTS / name / "bin" / "python" if name in PEERS else Path(sys.executable)
    done = subprocess.run(
        [str(python), str(HERE / "sdk_call.py"), name, url],
        env=os.environ | {"PYTHONPATH": str(SOURCES)},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        check=True,
        timeout=600,
    )
    found: dict[str, list[int]] = json.loads(done.stdout[done.stdout.index(b'{"wrapped"') :])
    return found


@dataclass(frozen=True, slots=True)
class Added:
    """Microseconds more than the control: of a call and the bare one beside it, at the median.

    ``quietest`` is that of the window of ``WINDOW`` calls in which others on the machine disturbed
    least; ``late`` is what the 99th percentile grows by. ``bare`` is the control's median.
    """

    middle: float
    quietest: float
    late: float
    bare: float


def added(times: dict[str, list[int]]) -> Added:
    wrapped, bare = times["wrapped"], times["bare"]
    more = [ours - control for ours, control in zip(wrapped, bare, strict=True)]
    windows = [more[at : at + WINDOW] for at in range(0, len(more), WINDOW)]
    late = quantiles(wrapped, n=100)[98] - quantiles(bare, n=100)[98]
    found = (median(more), min(median(window) for window in windows), late, median(bare))
    return Added(*(each / 1e3 for each in found))


def report_calls() -> None:
    print(f"added to a call on the caller's thread, microseconds (median of {ROUNDS} rounds)")
    with sink() as url:
        rounds: dict[str, list[Added]] = {name: [] for name in ("truecompute", "stream", *PEERS)}
        for _ in range(ROUNDS):
            for name, found in rounds.items():
                found.append(added(measured(name, url)))
    for name, found in rounds.items():
        middle, late = median(each.middle for each in found), median(each.late for each in found)
        quietest, bare = min(each.quietest for each in found), median(each.bare for each in found)
        label = "truecompute, to the first chunk" if name == "stream" else name
        print(
            f"  {label:32} median {middle:6.1f}   quietest {WINDOW} {quietest:6.1f}"
            f"   p99 {late:7.1f}   (bare call {bare:6.0f})"
        )


def report_stalls() -> None:
    print("turns of an asyncio loop that makes calls, milliseconds (median of 3 rounds)")
    with sink() as url:
        for name in ("wrapped", "bare"):
            found = [stalled(name, url) for _ in range(ROUNDS)]
            late, later, most = (
                median(each[key] for each in found) for key in ("p99", "p999", "max")
            )
            print(f"  {name:8} p99 {late:5.2f}   p99.9 {later:5.2f}   longest {most:5.2f}")


def stalled(name: str, url: str) -> dict[str, float]:
    """The turns of the loop of a program of its own."""
    told = subprocess.check_output(
        [sys.executable, "-m", "benchmarks.sdk_stall", name, url],
        env=os.environ | {"PYTHONPATH": f"{SOURCES}:{os.environ.get('PYTHONPATH', '')}"},
    )
    found: dict[str, float] = json.loads(told)
    return found


def report_import() -> None:
    """As programs meet it: compiled, as installing leaves it, in a fresh interpreter."""
    program = (
        "import time; began = time.perf_counter(); import truecompute; "
        "print(time.perf_counter() - began)"
    )
    with tempfile.TemporaryDirectory() as compiled:
        places = {"PYTHONPATH": str(SOURCES), "PYTHONPYCACHEPREFIX": compiled}
        kept = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
        times = [
            float(subprocess.check_output([sys.executable, "-c", program], env=kept | places))
            for _ in range(1 + IMPORTS)
        ]
    least, middle = min(times[1:]) * 1000, median(times[1:]) * 1000
    print(f"import of truecompute: {least:.1f} ms, the median of {IMPORTS} {middle:.1f}")


def report_exit() -> None:
    program = (
        "import sys, time, truecompute\n"
        "c = truecompute.Client(api_key='k', base_url=sys.argv[1])\n"
        "c.track(provider='acme', model='m')\nprint(time.time(), flush=True)\n"
    )
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        last = subprocess.check_output(
            [sys.executable, "-c", program, url],
            env=os.environ | {"PYTHONPATH": str(SOURCES)},
        )
    print(f"exit with a server that does not answer: {time.time() - float(last):.2f} s later")


def main() -> None:
    print(f"{os.cpu_count()} cores, Python {sys.version.split()[0]}")
    report_calls()
    report_stalls()
    report_import()
    report_exit()
    report_outage(SOURCES)


if __name__ == "__main__":
    main()
