"""A PostgreSQL of the program's own, below one data folder: started, supervised and stopped."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Self

import psycopg

from adapters.embedded_postgres import supervisor
from adapters.embedded_postgres.database import SUPERUSER, database_url, ensure_database
from adapters.embedded_postgres.errors import (
    DidNotStart,
    EmbeddedPostgresError,
    OtherMajorVersion,
    UserRefused,
)
from adapters.embedded_postgres.folder import PORT, DataFolder, note_owners
from adapters.embedded_postgres.programs import locate_programs

_READY_TIMEOUT_S = 120.0  # recovery after a power cut replays up to a gigabyte of log
_STOP_TIMEOUT_S = 60.0

# Given at every start, so that no edit of postgresql.conf gives durability or the socket away.
_SETTINGS = {
    "listen_addresses": "",
    "port": str(PORT),
    "unix_socket_permissions": "0700",
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "TimeZone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
    # Statements and row details are the customers' data, and the log is read by operators.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}


class EmbeddedPostgres:
    """One PostgreSQL server for one data folder; it lives no longer than this process.

    The server outlives the thread that started it, and no child of this process needs to care:
    a fork may use the address, and only this object stops the server.
    """

    def __init__(self, data_dir: Path, *, major: int = 18) -> None:
        self._folder = DataFolder(data_dir)
        self._major = major
        self._supervisor: subprocess.Popen[bytes] | None = None

    def start(self) -> str:
        """Make the database if there is none, serve it, and return its address.

        Blocks until a connection succeeded. The address is an SQLAlchemy URL without a password.

        Raises:
            EmbeddedPostgresError: in one of its kinds, each with a sentence for the operator.
        """
        if not (self.is_running() and self._becomes_ready()):
            self._launch()
        return self.address

    @property
    def address(self) -> str:
        """The database's address, whichever process runs the server."""
        return database_url(self._folder.socket_folder)

    def stop(self) -> None:
        """Shut down cleanly and wait until the server is gone; does nothing when it is."""
        if self._supervisor is None:
            return
        self._supervisor.terminate()
        try:
            self._supervisor.wait(_STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            # Stops at once and replays its log at the next start: nothing committed is lost.
            self._supervisor.send_signal(signal.SIGQUIT)
            self._supervisor.wait()
        self._supervisor = None

    def is_running(self) -> bool:
        """Whether the server's process is there."""
        return self._supervisor is not None and self._supervisor.poll() is None

    @property
    def pid(self) -> int | None:
        """The process id of PostgreSQL's first process, or None when it does not run."""
        file = self._folder.cluster / "postmaster.pid"
        return int(file.read_text().split()[0]) if self.is_running() and file.exists() else None

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

    def _launch(self) -> None:
        programs = locate_programs(self._major)
        self._folder.create()
        lock = self._folder.lock()
        try:
            self._prepare_cluster(programs, lock)
            self._supervisor = self._run(self._server_command(programs), lock)
        finally:
            os.close(lock)
        try:
            ready = self._becomes_ready()
        except BaseException:
            self.stop()
            raise
        if not ready:
            raise self._failure(self._supervisor, "PostgreSQL ended while starting.")

    def _prepare_cluster(self, programs: Path, lock: int) -> None:
        version = self._folder.cluster / "PG_VERSION"
        if not version.exists():
            self._create_cluster(programs, lock)
        if (written_by := version.read_text().strip()) != str(self._major):
            raise OtherMajorVersion(version.parent, written_by=written_by, program=self._major)
        self._folder.remove_stale_pid_files()

    def _create_cluster(self, programs: Path, lock: int) -> None:
        """Build beside the final place and rename: a kill in the middle leaves no half cluster."""
        folder = self._folder
        shutil.rmtree(folder.unfinished_cluster, ignore_errors=True)
        command = [str(programs / "initdb"), f"--pgdata={folder.unfinished_cluster}"]
        command += [f"--username={SUPERUSER}", "--auth-local=trust", "--auth-host=reject"]
        command += ["--encoding=UTF8", "--no-locale", "--data-checksums"]
        command += ["--set=max_connections=100"]
        if self._major >= 17:
            # PostgreSQL's own: the order of text does not change with the system's library.
            command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        process = self._run(command, lock)
        try:
            if process.wait() != 0:
                raise self._failure(process, "The database could not be created.")
        finally:
            process.terminate()
            process.wait()
        self._folder.adopt_cluster()

    def _server_command(self, programs: Path) -> list[str]:
        settings = {"unix_socket_directories": f'"{self._folder.socket_folder}"', **_SETTINGS}
        command = [str(programs / "postgres"), "-D", str(self._folder.cluster)]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        return command

    def _run(self, command: list[str], lock: int) -> subprocess.Popen[bytes]:
        interpreter = [sys.executable, "-I", "-S", supervisor.__file__, str(os.getpid())]
        environment = {k: v for k, v in os.environ.items() if not k.startswith("PG")}
        log = self._folder.open_log()
        try:
            process = subprocess.Popen(  # noqa: S603 - our own programs and paths
                interpreter + command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self._folder.path,
                env={**environment, "LC_ALL": "C"},
                pass_fds=(lock,),
                start_new_session=True,  # a Ctrl-C in the terminal is for this process to handle
            )
        finally:
            os.close(log)
        note_owners(lock, os.getpid(), process.pid)
        return process

    def _becomes_ready(self) -> bool:
        """Wait until a connection succeeds; False when the server ends instead."""
        deadline = time.monotonic() + _READY_TIMEOUT_S
        while self.is_running():
            try:
                ensure_database(self._folder.socket_folder)
            except psycopg.OperationalError as error:
                if time.monotonic() > deadline:
                    what = f"PostgreSQL was not ready within {_READY_TIMEOUT_S:.0f} seconds."
                    raise DidNotStart(what, self._folder.log) from error
                time.sleep(0.02)
            else:
                return True
        return False

    def _failure(self, process: subprocess.Popen[bytes], what: str) -> EmbeddedPostgresError:
        refused = process.returncode == os.EX_NOPERM
        return UserRefused() if refused else DidNotStart(what, self._folder.log)
