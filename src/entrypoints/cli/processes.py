"""Child processes that end with this one."""

import os
import subprocess
import sys
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from entrypoints.lifeline import PARENT
from entrypoints.settings import Settings

_STOP_TIMEOUT_S = 30.0


def environment_for(settings: Settings) -> dict[str, str]:
    """The environment in which a child reads the same settings."""
    own = {
        "DATABASE_URL": settings.database_url or "",
        "APP_URL": settings.app_url,
        "HOST": settings.host,
        "PORT": str(settings.port),
        "WEB_CONCURRENCY": str(settings.web_concurrency),
        "WEB_THREADS": str(settings.threads),
        PARENT: str(os.getpid()),
        "SIGNUP": "open" if settings.signup_is_open else "closed",
    }
    return {**os.environ, **own}


class Child:
    """``python -m module arguments`` in a session of its own; leaving the context ends it."""

    def __init__(self, module: str, arguments: Sequence[str], environment: dict[str, str]) -> None:
        self._command = [sys.executable, "-m", module, *arguments]
        self._environment = environment
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        # A Ctrl-C in the terminal is for the parent, which ends its children in order.
        self._process = subprocess.Popen(  # noqa: S603 - our own modules
            self._command,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )

    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def stop(self) -> None:
        """SIGTERM, and SIGKILL for what does not end by that."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(_STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()
