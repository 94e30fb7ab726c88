"""A server that takes anything, for what reports to one: in a process of its own."""

import gzip
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


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

    def handle(self) -> None:
        with suppress(ConnectionError):  # a program that was measured is over
            super().handle()

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
    command = [sys.executable, "-m", "benchmarks.sdk_sink", str(port)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        yield f"http://127.0.0.1:{line_of(process)}"
        process.communicate()


def line_of(process: subprocess.Popen[bytes]) -> str:
    """The next line that a process says."""
    return "" if process.stdout is None else process.stdout.readline().decode().strip()


if __name__ == "__main__":
    serve(int(sys.argv[1]))
