"""Programs that use the SDK, each in a process of its own."""

import os
import subprocess
import sys
import time
from pathlib import Path

import truecompute

SOURCES = str(Path(truecompute.__file__).parents[1])
BEGIN = """
import os, sys, threading, time, truecompute
tc = truecompute.Client(api_key="k", base_url=os.environ["URL"])
def call(name):
    tc.track(provider="acme", model="m", id=str(name))
"""


def runs(program: str, url: str, **environment: str) -> tuple[int, str, float]:
    """The exit code, what it said, and the seconds from its last word to its end."""
    process = subprocess.Popen(
        [sys.executable, "-W", "error", "-W", "ignore::DeprecationWarning", "-c", BEGIN + program],
        env=os.environ | {"PYTHONPATH": SOURCES, "URL": url} | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    said = ""
    for line in process.stdout:
        said += line
        if line == "last\n":
            break
    at = time.monotonic()
    said += process.stdout.read()
    code = process.wait(60)
    process.stdout.close()
    return code, said, time.monotonic() - at
