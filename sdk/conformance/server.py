"""A TrueCompute server for the tests of SDKs, in whatever language: it answers as a case says, and
judges what it was sent and what the SDK says of it.

    python server.py [cases.json]

prints its address and runs until its standard input ends. ``README.md`` says how an SDK uses it.
"""

import json
import socket
import sys
import threading
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from judging import Case, Received

_LINGERS_S = 30


class Server(ThreadingHTTPServer):
    """Each case has an address of its own, ``/cases/{name}``, and is for one run."""

    daemon_threads = True

    def __init__(self, cases: list[dict[str, Any]]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.cases = {case["name"]: Case(case) for case in cases}
        self.is_over = threading.Event()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that leaves in the middle is what some cases are about."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server

    def do_GET(self) -> None:
        """The cases: what each does, the events to send, and how long to wait."""
        self._says(200, [case.told() for case in self.server.cases.values()])

    def do_POST(self) -> None:
        """Events for a case, or what the SDK says when it is done: then the verdict."""
        content = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        _, _, name, *rest = unquote(self.path).split("/", 3)
        case = self.server.cases[name]
        if rest == ["told"]:
            self._says(200, {"faults": case.judge(json.loads(content))})
            return
        received = Received("/" + rest[0], dict(self.headers.items()), content)
        self._answers(case, received, case.answers(received))

    def _answers(self, case: Case, received: Received, how: dict[str, Any]) -> None:
        receipt = case.receipt(received, how) if how.get("stores", True) else None
        if how.get("breaks") == "before":
            self._breaks()
            return
        if receipt is not None:
            body = json.dumps(receipt).encode()
        else:
            body = str(how.get("text", "")).encode()
        if how.get("drips"):
            self._drips()
            return
        self._says_bytes(how.get("status", 200), body, how.get("headers", {}), how)
        if how.get("closes"):
            self._breaks()

    def _says(self, status: int, told: Any) -> None:
        self._says_bytes(status, json.dumps(told).encode(), {}, {})

    def _says_bytes(
        self, status: int, body: bytes, headers: dict[str, str], how: dict[str, Any]
    ) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", **headers}.items():
            self.send_header(name, value)
        pieces = [body]
        if how.get("chunked"):
            self.send_header("Transfer-Encoding", "chunked")
            pieces = [b"%x\r\n%s\r\n" % (1, body[at : at + 1]) for at in range(len(body))]
            pieces.append(b"0\r\n\r\n")
        elif status >= 200 and status != 204:
            missing = 9 if how.get("breaks") == "half" else 0
            self.send_header("Content-Length", str(len(body) + missing))
        self.end_headers()
        self.wfile.write(b"".join(pieces))
        if how.get("breaks") == "half":
            self._breaks()

    def _drips(self) -> None:
        """A byte of a header now and then, until the client has had enough."""
        with suppress(OSError):
            self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Drip: ")
            for _ in range(_LINGERS_S * 10):
                self.wfile.write(b".")
                self.server.is_over.wait(0.1)
        self.close_connection = True

    def _breaks(self) -> None:
        self.close_connection = True
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, *_: object) -> None:
        """Nothing: the verdict says it."""


def main(path: str) -> None:
    """Serve the cases of a file until nobody is there any more."""
    server = Server(json.loads(Path(path).read_text()))
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    sys.stdout.write(f"http://127.0.0.1:{server.server_address[1]}\n")
    sys.stdout.flush()
    sys.stdin.read()
    server.is_over.set()
    server.shutdown()


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else str(Path(__file__).with_name("cases.json")))
