"""What a server keeps for good is not searched for garbage while requests wait."""

import os
import subprocess
import sys

from tests.integration.server import ROOT

#: What is kept, and the objects that a search goes through, when the application is ready.
_ASKED = """
import gc
from entrypoints.http import wsgi
print(gc.get_freeze_count(), len(gc.get_objects()))
"""


def test_prices_and_modules_are_kept_out_of_the_search() -> None:
    settings = {
        "PYTHONPATH": str(ROOT / "src"),
        "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/x",
    }
    told = subprocess.check_output(
        [sys.executable, "-c", _ASKED], env=os.environ | settings, cwd=ROOT, text=True
    )
    kept, searched = map(int, told.split()[-2:])
    assert kept > 100_000
    assert searched < 1_000
