"""The SDK runs on Python 3.10, whichever Python its tests run on."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

import truecompute

_SOURCE = Path(truecompute.__file__).parent
#: Each line uses what came to Python after 3.10: a module, a name, a method, an argument.
_NEWER = """\
import tomllib
from datetime import UTC
ValueError().add_note("newer")
from pathlib import Path
Path().glob("*", case_sensitive=True)
"""


@pytest.mark.parametrize("path", sorted(_SOURCE.rglob("*.py")), ids=lambda path: path.name)
def test_every_file_is_in_the_syntax_of_python_3_10(path: Path) -> None:
    ast.parse(path.read_text(), feature_version=(3, 10))


def _checked_for_python_3_10(path: Path) -> tuple[int, str]:
    """What a type checker says that knows which names each Python's own library has."""
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--config-file=", "--python-version=3.10",
         "--follow-imports=skip", f"--cache-dir={os.devnull}", str(path)],
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr


def test_nothing_of_a_newer_library_is_used() -> None:
    code, said = _checked_for_python_3_10(_SOURCE)
    assert code == 0, said


def test_what_is_of_a_newer_library_would_be_found(tmp_path: Path) -> None:
    (tmp_path / "newer.py").write_text(_NEWER)
    code, said = _checked_for_python_3_10(tmp_path / "newer.py")
    assert code == 1, said
    for name in ("tomllib", "UTC", "add_note", "case_sensitive"):
        assert name in said
