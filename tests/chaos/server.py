"""The product under test: `truecompute up`, started again whenever it has ended."""

import os
import random
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

from tests.processes import (
    COMMAND,
    alive,
    environment,
    eventually,
    everything_started_by,
    free_port,
    stat_fields,
)

PATIENCE_S = 90.0


class Server:
    """A server that somebody keeps alive, as systemd or an orchestrator would."""

    def __init__(self, folder: Path, settings: Mapping[str, str]) -> None:
        self.folder, self.port = folder, free_port()
        self._settings = {**environment(folder, self.port), "LOG_LEVEL": "error", **settings}
        self._is_wanted = False
        self._process: subprocess.Popen[bytes] | None = None
        self.starts = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def database_url(self) -> str:
        """The embedded PostgreSQL, through its socket."""
        return f"postgresql://truecompute@/truecompute?host={self.folder / 'data' / 'socket'}"

    @contextmanager
    def kept_alive(self) -> Iterator["Server"]:
        """Started, and again after each end, until the context is left."""
        self._is_wanted = True
        keeper = threading.Thread(target=self._keep)
        keeper.start()
        try:
            self.await_ready()
            yield self
        finally:
            self._is_wanted = False
            keeper.join(PATIENCE_S)

    def await_ready(self) -> None:
        eventually(self.is_ready, PATIENCE_S)

    def is_ready(self) -> bool:
        try:
            with urlopen(f"{self.url}/api/health", timeout=5) as answer:  # noqa: S310 - loopback
                return bool(answer.status == 200)
        except OSError:
            return False

    def kill(
        self,
        words: str,
        number: int = signal.SIGKILL,
        *,
        is_first: bool = False,
        ends_all: bool = False,
    ) -> bool:
        """A signal to one of its processes whose command line holds ``words``.

        ``is_first`` means a child of the command, else one further down; ``ends_all`` one without
        which the command ends.
        """
        process, starts = self._process, self.starts
        if process is None or process.poll() is not None:
            return False
        found = [
            pid
            for pid in everything_started_by(process)
            if words in _command_line(pid) and (_parent(pid) == process.pid) is is_first
        ]
        try:
            os.kill(random.choice(found), number)  # noqa: S311 - not a secret
        except (IndexError, ProcessLookupError):
            return False
        if ends_all:
            self._await_start_after(starts)
        return True

    def end(self, number: int) -> bool:
        """A signal to the command itself."""
        process, starts = self._process, self.starts
        if process is None or process.poll() is not None:
            return False
        process.send_signal(number)
        self._await_start_after(starts)
        return True

    def _await_start_after(self, starts: int) -> None:
        """Until then what is about to end may still answer, and seem to be ready."""
        eventually(lambda: self.starts > starts, PATIENCE_S)

    def _keep(self) -> None:
        with (self.folder / "output").open("ab") as output:
            while self._is_wanted:
                process = self._process = subprocess.Popen(
                    [COMMAND, "up"], env=self._settings, stdout=output, stderr=output
                )
                self.starts += 1
                _await_end(process, lambda: self._is_wanted)


def _await_end(process: subprocess.Popen[bytes], is_wanted: Callable[[], bool]) -> None:
    """Until it ends, or is wanted no more, and nothing of what it started is left."""
    started: dict[int, str] = {}
    while is_wanted() and process.poll() is None:
        started |= everything_started_by(process)
        time.sleep(0.2)  # how often a keeper looks; nothing waits for it
    if process.poll() is None:
        process.terminate()
    process.wait(PATIENCE_S)
    eventually(lambda: not alive(started), PATIENCE_S)


def _command_line(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""


def _parent(pid: int) -> int:
    fields = stat_fields(pid)
    return int(fields[1]) if fields else 0
