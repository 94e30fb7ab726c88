"""The application as it is served: gunicorn, on a port of its own."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

ROOT = Path(__file__).parents[2]
#: Also the longest that a start may take: the health check waits in the socket's queue meanwhile.
PATIENCE_S = 60
_COMMAND = (sys.executable, "-m", "gunicorn", "-c", "python:entrypoints.http.gunicorn_config")


@contextmanager
def served(database_url: str, log: Path, **environment: str) -> Iterator[str]:
    """The address of a server on ``database_url`` that answers, until the context ends.

    ``environment`` adds settings or replaces them; what the server says goes into ``log``.
    """
    with socket.create_server(("127.0.0.1", 0)) as listener, log.open("wb") as output:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        settings = {
            "PYTHONPATH": str(ROOT / "src"),
            "DATABASE_URL": database_url,
            "APP_URL": url,
            "PASSWORD_COST": "4",
            "WEB_CONCURRENCY": "1",
        }
        process = subprocess.Popen(
            [*_COMMAND, "--bind", f"fd://{listener.fileno()}", "entrypoints.http.wsgi:app"],
            cwd=ROOT,
            env=os.environ | settings | environment,
            pass_fds=[listener.fileno()],
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        # From here on only the server holds the socket: should it end, the check is told at once.
        listener.close()
        try:
            _check_health(url, log)
            yield url
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(PATIENCE_S)


def _check_health(url: str, log: Path) -> None:
    try:
        with urlopen(f"{url}/api/health", timeout=PATIENCE_S) as answer:  # noqa: S310 - our own
            assert answer.status == 200
    except OSError as error:
        raise AssertionError(f"the server did not start:\n{log.read_text()}") from error
