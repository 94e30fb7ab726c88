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

from judging import Case
from received import PLACE, Received

_LINGERS_S = 30


class Server(ThreadingHTTPServer):
    """Each case has an address of its own, ``/cases/{name}``, and is for one run."""

    daemon_threads = True

    def __init__(self, cases: list[dict[str, Any]]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.cases = {case["name"]: Case(case) for case in cases}
        self.is_over = threading.Event()
        #: What somebody did at an address of no case, for the next verdict.
        self.strays: list[str] = []

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that leaves in the middle is what some cases are about."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server

    def do_POST(self) -> None:
        """The cases, events for one of them, or what the SDK says when it is done: the verdict."""
        name, _, rest = self.path.removeprefix("/cases/").partition("/")
        case = self.server.cases.get(name) if self.path.startswith("/cases/") else None
        try:
            how = self._how(case, "/" + rest, self._content())
        except Exception as error:  # noqa: BLE001 - whoever writes an SDK is to be told of it
            fault = f"a request is not understood: {type(error).__name__}: {error}"
            self._finds(case, fault)
            # It may not be read to its end, and nobody knows where the next one begins.
            self.close_connection = True
            how = {"status": 400, "text": json.dumps({"faults": [fault]})}
        self._answers(how)

    # An SDK may ask by any method, and none of it must go unnoticed.
    do_GET = do_HEAD = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = do_POST  # noqa: N815

    def _content(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        pieces = []
        while size := int(self.rfile.readline().partition(b";")[0], 16):
            pieces.append(self.rfile.read(size))
            self.rfile.readline()
        while self.rfile.readline().strip():
            pass  # trailers say nothing of events
        return b"".join(pieces)

    def _how(self, case: Case | None, place: str, content: bytes) -> dict[str, Any]:
        """How to answer: as a case does, or with a text."""
        if (self.command, self.path) == ("GET", "/cases"):
            return {"text": json.dumps([each.told() for each in self.server.cases.values()])}
        if case is not None and (self.command, place) == ("POST", "/told"):
            strays, self.server.strays = self.server.strays, []
            return {"text": json.dumps({"faults": [*case.judge(json.loads(content)), *strays]})}
        if case is not None and (self.command, place) == ("POST", PLACE):
            return case.answers(Received(dict(self.headers.items()), content))
        self._finds(case, f"it went to {place if case else self.path} by {self.command}")
        return {"status": 404}

    def _finds(self, case: Case | None, fault: str) -> None:
        if case is None:
            self.server.strays.append(fault)
        else:
            case.finds(fault)

    def _answers(self, how: dict[str, Any]) -> None:
        if how.get("breaks") == "before":
            self._breaks()
        elif how.get("drips"):
            self._drips()
        else:
            self._says(how)
            if how.get("closes") or how.get("breaks") == "half":
                self._breaks()

    def _says(self, how: dict[str, Any]) -> None:
        status = how.get("status", 200)
        text = json.dumps(how["receipt"]) if "receipt" in how else how.get("text", "")
        body = text.encode()
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", **how.get("headers", {})}.items():
            self.send_header(name, value.replace("{case}", self.path.removesuffix(PLACE)))
        pieces = [body]
        if how.get("chunked"):
            self.send_header("Transfer-Encoding", "chunked")
            pieces = [b"%x\r\n%s\r\n" % (1, body[at : at + 1]) for at in range(len(body))]
            pieces.append(b"0\r\n\r\n")
        elif status != 204:
            missing = 9 if how.get("breaks") == "half" else 0
            self.send_header("Content-Length", str(len(body) + missing))
        self.end_headers()
        self.wfile.write(b"".join(pieces))

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
