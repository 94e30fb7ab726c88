"""What is done once, before requests come, so that none of them waits for it."""

import os
import subprocess
import sys

from tests.integration.server import ROOT

#: What is kept, and the objects that a search goes through, when the application is ready.
_GARBAGE = """
import gc
from entrypoints.http import wsgi
print(gc.get_freeze_count(), len(gc.get_objects()))
"""
#: The status of a page that was never asked for, where no template can be compiled any more.
_FIRST_PAGE = """
from entrypoints.http.wsgi import pages_and_api
pages_and_api.jinja_env.compile = None
print(pages_and_api.test_client().get("/login").status_code)
"""


def test_prices_and_modules_are_kept_out_of_the_search_for_garbage() -> None:
    kept, searched = _told(_GARBAGE)
    assert kept > 100_000
    assert searched < 1_000


def test_the_first_visitor_does_not_wait_for_templates() -> None:
    assert _told(_FIRST_PAGE) == [200]


def _told(program: str) -> list[int]:
    settings = {
        "PYTHONPATH": str(ROOT / "src"),
        "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/x",
    }
    told = subprocess.check_output(
        [sys.executable, "-c", program], env=os.environ | settings, cwd=ROOT, text=True
    )
    return [int(number) for number in told.splitlines()[-1].split()]
