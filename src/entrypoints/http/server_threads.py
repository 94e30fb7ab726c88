"""gunicorn's worker, with a word for people whose address it cannot take."""

from typing import Any

from gunicorn.http.errors import LimitRequestLine  # type: ignore[import-untyped]
from gunicorn.util import write_error  # type: ignore[import-untyped]
from gunicorn.workers.gthread import ThreadWorker  # type: ignore[import-untyped]

from entrypoints.http.longest_address import LONGEST_ADDRESS


class ServerThreads(ThreadWorker):  # type: ignore[misc]
    """Threads that answer requests; see ``gunicorn_config``."""

    def handle_error(self, req: Any, client: Any, addr: Any, exc: Exception) -> None:
        """Answer what is no request. The application never hears of it."""
        if not isinstance(exc, LimitRequestLine):
            super().handle_error(req, client, addr, exc)
            return
        self.log.warning("An address is too long: %s", exc)
        said = (
            f"An address may have {LONGEST_ADDRESS:,} bytes, and this one has more. "
            "Go back and take some of the filters off, or give them shorter values."
        )
        write_error(client, 414, "URI Too Long", said)
