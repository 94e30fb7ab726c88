"""The data folder on disk: its places, its lock, and what a crash may have left in it."""

import fcntl
import hashlib
import os
import sys
import tempfile
import time
from pathlib import Path

from adapters.embedded_postgres.errors import DataFolderInUse, DataFolderUnusable

PORT = 5432  # names the socket file; nothing listens on a network
_SOCKET_FILE = f".s.PGSQL.{PORT}"
_LONGEST_SOCKET_PATH = 103  # macOS; Linux takes 107
_LOG_KEPT_BYTES = 5_000_000
_SHUTDOWN_TIMEOUT_S = 30.0


class DataFolder:
    """The places below one data folder. Only ``create`` and what follows it touch the disk."""

    def __init__(self, path: Path) -> None:
        self.path = path.resolve()
        self.cluster = self.path / "postgres"
        self.unfinished_cluster = self.path / "postgres.unfinished"
        self.log = self.path / "postgres.log"
        self.socket_folder = self._place_for_socket()

    def _place_for_socket(self) -> Path:
        inside = self.path / "socket"
        # libpq and PostgreSQL both read a comma as the start of the next folder.
        readable = not {",", '"'} & set(str(inside))
        if readable and len(os.fsencode(inside / _SOCKET_FILE)) <= _LONGEST_SOCKET_PATH:
            return inside
        name = hashlib.sha256(os.fsencode(self.path)).hexdigest()[:16]
        return Path(tempfile.gettempdir()).resolve() / f"truecompute-{os.geteuid()}-{name}"

    def create(self) -> None:
        """Make the folders that are missing, for this user alone; never changes one that exists.

        Raises:
            DataFolderUnusable: a folder belongs to somebody else, or is too open to others.
        """
        # The socket asks for no password: the mode of its folder is what guards it.
        for folder, refused_mode in ((self.path, 0o002), (self.socket_folder, 0o077)):
            try:
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            except OSError as error:
                raise DataFolderUnusable(f"The folder {folder} cannot be made: {error}.") from error
            found = folder.lstat()
            if found.st_uid != os.geteuid() or found.st_mode & refused_mode:
                raise DataFolderUnusable(
                    f"The folder {folder} has to belong to the user who starts TrueCompute and to"
                    " be closed to others. Give it to that user with mode 0700, or choose another."
                )

    def lock(self) -> int:
        """Take the folder's lock and return the open file that holds it.

        Every process of the server inherits that file, so the lock is free exactly when the last
        of them is gone. A folder whose owner is dead is waited for; a living owner is not.

        Raises:
            DataFolderInUse: another process has the folder.
        """
        lock = os.open(self.path / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        deadline = time.monotonic() + _SHUTDOWN_TIMEOUT_S
        try:
            while not _try_lock(lock):
                owners = [int(pid) for pid in os.pread(lock, 100, 0).split()]
                if owners and all(map(_is_alive, owners)):
                    raise DataFolderInUse(self.path, owners[0])  # noqa: TRY301 - closes the file
                if time.monotonic() > deadline:
                    raise DataFolderInUse(self.path, None)  # noqa: TRY301 - likewise
                time.sleep(0.05)
            note_owners(lock, os.getpid())
        except BaseException:
            os.close(lock)
            raise
        return lock

    def adopt_cluster(self) -> None:
        """Put the finished cluster in its place, and make the new name survive a power cut.

        Raises:
            DataFolderUnusable: the place holds something else.
        """
        try:
            self.unfinished_cluster.rename(self.cluster)
        except OSError as error:
            raise DataFolderUnusable(
                f"The folder {self.cluster} holds something that is not a PostgreSQL database."
            ) from error
        parent = os.open(self.path, os.O_RDONLY)
        os.fsync(parent)
        os.close(parent)

    def remove_stale_pid_files(self) -> None:
        """Under the lock: remove pid files that name a process which is not this server.

        PostgreSQL refuses to start while any process of that number lives, a zombie or a stranger
        included; numbers come back after a reboot, and at once in a container.
        """
        if sys.platform != "linux":
            return
        for file in (
            self.cluster / "postmaster.pid",
            self.socket_folder / f"{_SOCKET_FILE}.lock",
        ):
            if file.exists() and not _is_serving(file.read_text().split("\n")[0], self.cluster):
                file.unlink()

    def open_log(self) -> int:
        """The log, open to append; a long one is put aside first, and the one before dropped."""
        if self.log.exists() and self.log.stat().st_size > _LOG_KEPT_BYTES:
            self.log.replace(self.log.with_suffix(".log.1"))
        return os.open(self.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)


def note_owners(lock: int, *pids: int) -> None:
    """Write who has the lock, for whoever is refused: it counts while all of them live."""
    os.ftruncate(lock, 0)
    os.pwrite(lock, " ".join(map(str, pids)).encode(), 0)


def _try_lock(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
        # A zombie answers signals as if it lived.
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except ProcessLookupError:
        return False
    except OSError:
        return True


def _is_serving(pid: str, cluster: Path) -> bool:
    """Whether that process works in the cluster's folder, as its postmaster does. Linux only."""
    try:
        return Path(f"/proc/{int(pid)}/cwd").samefile(cluster)
    except PermissionError:
        return True
    except (OSError, ValueError):
        return False
