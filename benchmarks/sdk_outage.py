"""An outage: what the SDK holds while its server is away, and what it delivers afterwards."""

import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from statistics import quantiles

from benchmarks.sdk_sink import line_of, sink

OUTAGE_S, OUTAGE_RATE = 60, 12_000
#: Of a program that makes calls of models; the rate above is sixty times as much.
_SLOW_RATE = 200


def outage(port: int) -> None:
    """Calls while nobody answers, then a delivery; figures as JSON."""
    import truecompute

    client = truecompute.Client(api_key="k", base_url=f"http://127.0.0.1:{port}")
    usage = {"input": 400, "cache_read": 800, "output": 300}
    for _ in range(1_000):
        client.track(provider="acme", model="m", usage=usage)
    before = resident_mib()
    began, worked = time.perf_counter(), time.process_time()
    produced, added_s = 1_000, []
    while (elapsed := time.perf_counter() - began) < OUTAGE_S:
        while produced - 1_000 < elapsed * OUTAGE_RATE:
            at = time.perf_counter()
            client.track(provider="acme", model="m", usage=usage, user="u_123")
            added_s.append(time.perf_counter() - at)
            produced += 1
        time.sleep(0.001)
    most = resident_mib() - before
    late = quantiles(added_s, n=100)[98] * 1e6
    # Of the whole process, in whichever thread, with the loop that makes the calls.
    worked_us = (time.process_time() - worked) / len(added_s) * 1e6
    away = {"produced": produced, "mib": most, "p99_us": late, "worked_us": worked_us}
    print(json.dumps(away), flush=True)
    sys.stdin.readline()  # the server is there
    client.flush(60)
    stats = client.stats()
    print(json.dumps({"sent": stats.sent, "dropped": stats.dropped, "queued": stats.queued}))


def resident_mib() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def report_outage(sources: Path) -> None:
    """Calls at a steady rate while nobody answers, and what becomes of them when somebody does."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    command = [sys.executable, "-m", "benchmarks.sdk_outage", str(port)]
    environment = os.environ | {"PYTHONPATH": f"{sources}:{os.environ.get('PYTHONPATH', '')}"}
    with subprocess.Popen(
        command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        away = json.loads(line_of(process))
        with sink(port) as url:
            told, _ = process.communicate(b"\n")
            seen = _seen(url)
    after = json.loads(told)
    is_exact = after["sent"] == seen and seen + after["dropped"] == away["produced"]
    print(
        f"server away for {OUTAGE_S} s at {OUTAGE_RATE:,} calls/s: {away['mib']:.1f} MiB more, "
        f"99 % of track() within {away['p99_us']:.0f} us, {away['worked_us']:.0f} us of processor "
        f"a call ({away['worked_us'] * _SLOW_RATE / 1e4:.1f} % of a core at {_SLOW_RATE} calls/s); "
        f"{away['produced']:,} produced = "
        f"{seen:,} delivered + {after['dropped']:,} dropped: {'exact' if is_exact else 'NOT EXACT'}"
    )


def _seen(url: str) -> int:
    from urllib.request import urlopen

    with urlopen(f"{url}/seen", timeout=10) as answer:  # noqa: S310 - our own
        return int(answer.read())


if __name__ == "__main__":
    outage(int(sys.argv[1]))
