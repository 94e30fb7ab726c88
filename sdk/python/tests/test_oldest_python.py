"""The SDK runs on Python 3.10, whichever Python its tests run on."""

import ast
from pathlib import Path

import pytest

import truecompute

_SOURCE = Path(truecompute.__file__).parent


@pytest.mark.parametrize("path", sorted(_SOURCE.rglob("*.py")), ids=lambda path: path.name)
def test_every_file_is_in_the_syntax_of_python_3_10(path: Path) -> None:
    ast.parse(path.read_text(), feature_version=(3, 10))
