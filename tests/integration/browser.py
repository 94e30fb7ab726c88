"""Debian's Chromium, for tests that go through a browser."""

import os
import shutil

import pytest

# Root needs --no-sandbox; the rest keeps a test's browser from talking to anyone but the test.
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
]


def chromium_path() -> str:
    """Where Chromium is; `CHROMIUM` overrides. Without one: a skip at a desk, a failure in CI."""
    wanted = os.environ.get("CHROMIUM", "chromium")
    if found := shutil.which(wanted):
        return found
    notice = f"no browser at {wanted!r}: install Debian's chromium, or set CHROMIUM to its path"
    if os.environ.get("CI"):
        pytest.fail(notice, pytrace=False)
    pytest.skip(notice)
