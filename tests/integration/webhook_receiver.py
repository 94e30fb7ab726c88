"""A receiver of webhooks on this machine, which answers when a test says so."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Empty, Queue
from threading import Thread

PATIENCE_S = 60


@dataclass(frozen=True, slots=True)
class Post:
    """A webhook whose sender waits for the answer; header names are in lower case."""

    headers: Mapping[str, str]
    answers: Queue[int] = field(default_factory=Queue)

    def answer(self, status: int) -> None:
        self.answers.put(status)


@dataclass(frozen=True, slots=True)
class Receiver:
    url: str
    posts: Queue[Post]

    def next_post(self) -> Post:
        """The next that comes, or has come."""
        return self.posts.get(timeout=PATIENCE_S)


@contextmanager
def receiver() -> Iterator[Receiver]:
    """On a port of its own, until the context ends."""
    posts: Queue[Post] = Queue()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            post = Post({name.lower(): value for name, value in self.headers.items()})
            posts.put(post)
            try:
                self.send_response(post.answers.get(timeout=PATIENCE_S))
                self.end_headers()
            except (Empty, OSError):
                self.close_connection = True

        def log_message(self, *_: object) -> None:
            """Nothing of it is a test's result."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        server.block_on_close = False
        Thread(target=server.serve_forever, daemon=True).start()
        yield Receiver(f"http://127.0.0.1:{server.server_port}/", posts)
        server.shutdown()
