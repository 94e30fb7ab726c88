"""The folder of a spool: files of events, one a line, and a lock that tells whose process lives."""

import json
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from truecompute._diagnostics import say_failure
from truecompute._exceptions import ConfigurationError
from truecompute._ids import new_id

try:
    import fcntl
except ImportError:  # pragma: no cover - Windows
    fcntl = None  # type: ignore[assignment]

_LOCK = "lock"
_SUFFIX = ".ndjson"


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
            self._others()
        except OSError as error:
            self._unmake()
            raise ConfigurationError(f"spool_dir {self._all} cannot be used: {error}") from error

    def _make(self) -> None:
        self._own = self._all / f"{os.getpid()}-{new_id()}"
        self._own.mkdir(parents=True, mode=0o700)
        self._lock = _locked(self._own / _LOCK, os.O_CREAT, waits=True)
        if not (self._own / _LOCK).exists():
            self.release()  # another process took it over in the moment before it was locked
            self._make()

    def _unmake(self) -> None:
        if self._lock is not None:
            self.remove()
            self.release()

    def is_own(self) -> bool:
        """Whether it is this process's still."""
        return self._lock is not None

    def release(self) -> None:
        """Let go of it: another process may take it over."""
        descriptor, self._lock = self._lock, None
        if descriptor is not None:  # once: the number may be a file of the program's by then
            os.close(descriptor)

    def remove(self) -> None:
        """Remove it, unless there is something in it, which needs the lock to be found."""
        try:
            if [each.name for each in self._own.iterdir()] == [_LOCK]:
                (self._own / _LOCK).unlink()
                self._own.rmdir()
        except OSError:
            say_failure("removing an empty spool")

    def write(self, events: Sequence[bytes]) -> File:
        """A new file, whole or not at all. Raises ``OSError``."""
        self._number += 1
        name = f"{time.time_ns():020d}-{self._number:08d}{_SUFFIX}"
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
        """Remove a file, if it is there."""
        try:
            (self._own / file.name).unlink(missing_ok=True)
        except OSError:
            say_failure("removing a file of the spool")

    def take_over(self) -> Iterator[File]:
        """The files of processes that are gone, oldest first, which are in this folder now."""
        for other in self._others():
            try:
                if (other / _LOCK).is_file():
                    self._empty(other)
            except (BlockingIOError, FileNotFoundError):
                pass  # its process lives, or another one was faster
            except OSError:
                say_failure("taking over a spool")
        for path in sorted(self._own.glob(f"*{_SUFFIX}")):
            try:
                content = path.read_bytes()
            except OSError:
                say_failure("taking over a spool")  # it stays for the next process
                continue
            yield File(path.name, len(content.splitlines()), len(content))

    def _others(self) -> list[Path]:
        """What else is in the folder of all. Raises ``OSError``."""
        return sorted(each for each in self._all.iterdir() if each != self._own)

    def _empty(self, other: Path) -> None:
        lock = _locked(other / _LOCK, 0, waits=False)
        try:
            if not (other / _LOCK).exists():
                return  # another process was faster
            for path in sorted(other.glob(f"*{_SUFFIX}")):
                path.rename(self._own / path.name)
            for path in list(other.iterdir()):
                path.unlink()
            other.rmdir()
        finally:
            os.close(lock)


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


def _is_document(line: bytes) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except ValueError:
        return False
