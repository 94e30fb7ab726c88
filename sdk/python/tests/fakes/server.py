"""The HTTP side of the fake: routes by the end of a path, and what a test may make go wrong."""

import gzip
import json
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Body = dict[str, Any]


@dataclass
class Reply:
    """What is answered: one body, or pieces that are sent one by one."""

    body: bytes | Iterable[bytes]
    content_type: str = "application/json"
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Request:
    """What was asked."""

    method: str
    path: str
    headers: dict[str, str]
    body: Body


def json_reply(answer: Any, status: int = 200, **headers: str) -> Reply:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(json.dumps(answer).encode(), status=status, headers=named)


class FakeProvider:
    """A running server. ``requests`` has what it was asked.

    ``breaks_after`` makes a stream end without notice after so many pieces; ``holds_after`` makes
    it wait there until ``release`` is set; ``fails`` answers the next requests with these replies.
    """

    def __init__(self, routes: Mapping[tuple[str, str], Callable[[Request], Reply]]) -> None:
        self.requests: list[Request] = []
        self.breaks_after: int | None = None
        self.holds_after: int | None = None
        self.release = threading.Event()
        self.fails: list[Reply] = []
        self._routes = routes
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    @contextmanager
    def running(self) -> Iterator["FakeProvider"]:
        thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self.release.set()
            self._server.shutdown()
            self._server.server_close()

    def answer(self, request: Request) -> Reply:
        self.requests.append(request)
        if self.fails:
            return self.fails.pop(0)
        path = request.path.partition("?")[0]
        for (method, end), route in self._routes.items():
            if request.method == method and path.endswith(end):
                return route(request)
        return json_reply({"error": {"message": f"no route {path}"}}, status=404)

    def _handler(self) -> type[BaseHTTPRequestHandler]:  # noqa: C901 - a class for one server
        fake = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                self._serve()

            def do_GET(self) -> None:
                self._serve()

            def do_DELETE(self) -> None:
                self._serve()

            def _serve(self) -> None:
                raw = self.rfile.read(int(self.headers.get("content-length") or 0))
                if self.headers.get("content-encoding") == "gzip":
                    raw = gzip.decompress(raw)
                try:
                    body = json.loads(raw) if raw else {}
                except ValueError:
                    body = {"raw": raw}
                headers = {name.lower(): value for name, value in self.headers.items()}
                reply = fake.answer(Request(self.command, self.path, headers, body))
                self.send_response(reply.status)
                self.send_header("Content-Type", reply.content_type)
                for name, value in reply.headers.items():
                    self.send_header(name, value)
                if isinstance(reply.body, bytes):
                    self.send_header("Content-Length", str(len(reply.body)))
                    self.end_headers()
                    self.wfile.write(reply.body)
                else:
                    self.send_header("Transfer-Encoding", "chunked")
                    self.end_headers()
                    self._stream(reply.body)

            def _stream(self, pieces: Iterable[bytes]) -> None:
                for number, piece in enumerate(pieces):
                    if number == fake.breaks_after:
                        self.close_connection = True
                        return
                    if number == fake.holds_after:
                        fake.release.wait(30)
                    try:
                        self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
                        self.wfile.flush()
                    except OSError:
                        self.close_connection = True
                        return
                self.wfile.write(b"0\r\n\r\n")

            def log_message(self, *_: object) -> None:
                """Silent."""

        return Handler


def events(*documents: Any, named: bool = False, done: bool = False) -> Iterator[bytes]:
    """Server-sent events of the documents, with their ``type`` as the event's name."""
    for document in documents:
        name = f"event: {document['type']}\n".encode() if named else b""
        yield name + b"data: " + json.dumps(document).encode() + b"\n\n"
    if done:
        yield b"data: [DONE]\n\n"


def sse(*documents: Any, named: bool = False, done: bool = False, **headers: str) -> Reply:
    body = list(events(*documents, named=named, done=done))
    return Reply(body, content_type="text/event-stream", headers=headers)
