"""The folder of a spool: files of events, one a line, and a lock that tells whose process lives."""

import json
import os
import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from truecompute._exceptions import ConfigurationError
from truecompute._ids import new_id

try:
    import fcntl
except ImportError:  # pragma: no cover - Windows
    fcntl = None  # type: ignore[assignment]

_LOCK = "lock"
#: What a spool calls its folders and files; nothing else is touched.
_FOLDER = re.compile(r"\d+-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_FILE = re.compile(r"\d{20}-\d{8}\.ndjson")
_PART = re.compile(r"\d{20}-\d{8}\.ndjson\.part")


class File(NamedTuple):
    """A file by its name, and how many events and bytes it was written with."""

    name: str
    events: int
    size: int


class SpoolFolder:
    """A folder of this process's own below ``spool_dir``, until it is released.

    Raises ``ConfigurationError`` where there can be none.
    """

    def __init__(self, spool_dir: str | os.PathLike[str]) -> None:
        if fcntl is None:
            raise ConfigurationError("spool_dir needs a system with flock, as Linux and macOS have")
        self._all = Path(spool_dir)
        self._number = 0
        self._lock: int | None = None
        try:
            self._make()
            self.others()
        except OSError as error:
            self._unmake()
            raise ConfigurationError(f"spool_dir {self._all} cannot be used: {error}") from error

    def _make(self) -> None:
        self._own = self._all / f"{os.getpid()}-{new_id()}"
        self._own.mkdir(parents=True, mode=0o700)
        self._lock = _locked(self._own / _LOCK, os.O_CREAT, waits=True)
        self._identity = _identity(self._lock)
        if not (self._own / _LOCK).exists():
            self.release()  # another process took it over in the moment before it was locked
            self._make()

    def _unmake(self) -> None:
        if self._lock is not None:
            with suppress(OSError):
                self.remove()
            self.release()

    def release(self) -> None:
        """Let go of it: another process may take it over."""
        descriptor, self._lock = self._lock, None
        if descriptor is not None and self._identity == _identity(descriptor):
            os.close(descriptor)  # once, and only if a program has not closed them all meanwhile

    def remove(self) -> None:
        """Remove it, unless there is something in it, which needs the lock to be found. Raises
        ``OSError``.
        """
        if [each.name for each in self._own.iterdir()] == [_LOCK]:
            (self._own / _LOCK).unlink()
            self._own.rmdir()

    def write(self, events: Sequence[bytes]) -> File:
        """A new file, whole or not at all. Raises ``OSError``."""
        self._number += 1
        name = f"{time.time_ns():020d}-{self._number:08d}.ndjson"
        content = b"\n".join(events) + b"\n"
        temporary = self._own / f"{name}.part"
        try:
            temporary.write_bytes(content)
            temporary.rename(self._own / name)
        except OSError:
            with suppress(OSError):
                temporary.unlink()
            raise
        return File(name, len(events), len(content))

    def read(self, file: File) -> list[bytes]:
        """The events of a file that are whole. Raises ``OSError``."""
        lines = (self._own / file.name).read_bytes().splitlines()
        return [line for line in lines if _is_document(line)][: file.events]

    def drop(self, file: File) -> None:
        """Remove a file, if it is there. Raises ``OSError``."""
        (self._own / file.name).unlink(missing_ok=True)

    def others(self) -> list[Path]:
        """The folders of other processes, living or gone. Raises ``OSError``.

        By their names and no others: the folder of all may be one that much else is in.
        """
        return sorted(
            each
            for each in self._all.iterdir()
            if _FOLDER.fullmatch(each.name) and each != self._own and not each.is_symlink()
        )

    def take_over(self, notes: Callable[[OSError], object]) -> Iterator[File]:
        """The files of processes that are gone, oldest first, which are in this folder now.

        ``notes`` is told of what cannot be taken over, which stays for the next process.
        """
        taken: list[str] = []
        try:
            others = self.others()
        except OSError as error:
            notes(error)
            return
        for other in others:
            try:
                if (other / _LOCK).is_file():
                    taken += self._empty(other)
            except (BlockingIOError, FileNotFoundError):
                pass  # its process lives, or another one was faster
            except OSError as error:
                notes(error)
        for name in sorted(taken):
            try:
                content = (self._own / name).read_bytes()
            except OSError as error:
                notes(error)
                continue
            yield File(name, len(content.splitlines()), len(content))

    def _empty(self, other: Path) -> list[str]:
        """Take what is in it, by names that a spool gives; what else is there stays."""
        lock = _locked(other / _LOCK, 0, waits=False)
        taken: list[str] = []
        try:
            if not (other / _LOCK).exists():
                return taken  # another process was faster
            for path in sorted(other.iterdir()):
                if _FILE.fullmatch(path.name):
                    path.rename(self._own / path.name)
                    taken.append(path.name)
                elif _PART.fullmatch(path.name):
                    path.unlink()
            (other / _LOCK).unlink()
            with suppress(OSError):
                other.rmdir()
        finally:
            os.close(lock)
        return taken


def _locked(path: Path, flags: int, *, waits: bool) -> int:
    """The descriptor of a file that is locked. Raises ``OSError``, a ``BlockingIOError`` where
    another process holds it, unless that one is waited for.
    """
    descriptor = os.open(path, os.O_RDWR | flags, 0o600)
    try:
        how = fcntl.LOCK_EX | (0 if waits else fcntl.LOCK_NB)  # pyright: ignore[reportOptionalMemberAccess]
        fcntl.flock(descriptor, how)  # pyright: ignore[reportOptionalMemberAccess]
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def _identity(descriptor: int) -> tuple[int, int] | None:
    """Which file it is; None for none."""
    try:
        status = os.fstat(descriptor)
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _is_document(line: bytes) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except ValueError:
        return False
