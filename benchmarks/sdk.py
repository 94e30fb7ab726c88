"""What the Python SDK adds to a program's calls, beside its peers: ``make bench-sdk``.

Each instrumentation runs in an environment of its own, since their pins clash, and against its own
control there, call by call in turn. All of them export to a server in a process of its own that
takes anything. Then the first chunk of a stream, how long a loop of asyncio stands still, the
import, and an outage: calls at a steady rate while nobody answers, and what becomes of them when
somebody does.
"""

import gzip
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from statistics import median, quantiles

HERE = Path(__file__).parent
SOURCES = HERE.parent / "sdk" / "python" / "src"
ENVIRONMENTS = HERE.parent / ".venv" / "peers"
PEERS = ("langfuse", "openlit", "posthog", "opentelemetry")
ROUNDS = 3
IMPORTS = 15
OUTAGE_S, OUTAGE_RATE = 60, 12_000


class Sink(BaseHTTPRequestHandler):
    """Takes anything, and gives TrueCompute's clients the receipt that they wait for."""

    protocol_version = "HTTP/1.1"
    seen: set[str]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        answer = b"{}"
        if body and self.path.endswith("/api/v1/events"):
            is_packed = self.headers.get("content-encoding") == "gzip"
            events = json.loads(gzip.decompress(body) if is_packed else body)["events"]
            self.seen.update(event["id"] for event in events)
            receipt = {"accepted": len(events), "duplicates": 0, "conflicts": 0, "rejected": 0}
            answer = json.dumps(receipt).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def do_GET(self) -> None:
        if self.path == "/seen":
            answer = str(len(self.seen)).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)
        else:
            self.do_POST()

    def log_message(self, *_: object) -> None:
        """Silent."""


def serve(port: int) -> None:
    Sink.seen = set()
    ThreadingHTTPServer.request_queue_size = 128
    with ThreadingHTTPServer(("127.0.0.1", port), Sink) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        sys.stdout.write(f"{server.server_address[1]}\n")
        sys.stdout.flush()
        sys.stdin.read()  # until the other side closes it


@contextmanager
def sink(port: int = 0) -> Iterator[str]:
    """The address of a sink in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.sdk", "serve", str(port)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        yield f"http://127.0.0.1:{_line(process)}"
        process.communicate()


def _line(process: subprocess.Popen[bytes]) -> str:
    """The next line that a process says."""
    return "" if process.stdout is None else process.stdout.readline().decode().strip()


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


def added(times: dict[str, list[int]]) -> tuple[float, float, float]:
    """Microseconds more at the median and at the 99th percentile, and the control's median."""
    wrapped, bare = times["wrapped"], times["bare"]
    at_99 = quantiles(wrapped, n=100)[98] - quantiles(bare, n=100)[98]
    return (median(wrapped) - median(bare)) / 1e3, at_99 / 1e3, median(bare) / 1e3


def report_calls() -> None:
    print("added to a call on the caller's thread, microseconds (median of 3 rounds)")
    with sink() as url:
        rounds: dict[str, list[tuple[float, float, float]]] = {
            name: [] for name in ("truecompute", "stream", *PEERS)
        }
        for _ in range(ROUNDS):
            for name, found in rounds.items():
                found.append(added(measured(name, url)))
    for name, found in rounds.items():
        middle, late, bare = (median(each[at] for each in found) for at in range(3))
        label = "truecompute, to the first chunk" if name == "stream" else name
        print(f"  {label:32} median {middle:7.1f}   p99 {late:7.1f}   (bare call {bare:6.0f})")


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
    print(f"import of truecompute: {median(times[1:]) * 1000:.1f} ms (median of {IMPORTS})")


def outage(port: int) -> None:
    """Calls while nobody answers, then a delivery; figures as JSON."""
    import truecompute

    client = truecompute.Client(api_key="k", base_url=f"http://127.0.0.1:{port}")
    usage = {"input": 400, "cache_read": 800, "output": 300}
    for _ in range(1_000):
        client.track(provider="acme", model="m", usage=usage)
    before = resident_mib()
    began = time.perf_counter()
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
    print(json.dumps({"produced": produced, "mib": most, "p99_us": late}), flush=True)
    sys.stdin.readline()  # the server is there
    client.flush(60)
    stats = client.stats()
    print(json.dumps({"sent": stats.sent, "dropped": stats.dropped, "queued": stats.queued}))


def resident_mib() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def report_outage() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    command = [sys.executable, "-m", "benchmarks.sdk", "outage", str(port)]
    environment = os.environ | {"PYTHONPATH": f"{SOURCES}:{os.environ.get('PYTHONPATH', '')}"}
    with subprocess.Popen(
        command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        away = json.loads(_line(process))
        with sink(port) as url:
            told, _ = process.communicate(b"\n")
            seen = _seen(url)
    after = json.loads(told)
    is_exact = after["sent"] == seen and seen + after["dropped"] == away["produced"]
    print(
        f"server away for {OUTAGE_S} s at {OUTAGE_RATE:,} calls/s: {away['mib']:.1f} MiB more, "
        f"99 % of track() within {away['p99_us']:.0f} us; {away['produced']:,} produced = "
        f"{seen:,} delivered + {after['dropped']:,} dropped: {'exact' if is_exact else 'NOT EXACT'}"
    )


def _seen(url: str) -> int:
    from urllib.request import urlopen

    with urlopen(f"{url}/seen", timeout=10) as answer:  # noqa: S310 - our own
        return int(answer.read())


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
    report_outage()


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["serve", port]:
            serve(int(port))
        case ["outage", port]:
            outage(int(port))
        case _:
            main()
