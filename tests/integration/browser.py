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
#: ``window.moved``: the part of a page that jumped, as browsers have it: https://web.dev/articles/cls
WATCH_SHIFTS = """window.moved = 0;
new PerformanceObserver(seen => seen.getEntries().forEach(
    each => { if (!each.hadRecentInput) window.moved += each.value; }
)).observe({type: "layout-shift", buffered: true});"""


def chromium_path() -> str:
    """Where Chromium is; `CHROMIUM` overrides. Without one: a skip at a desk, a failure in CI."""
    wanted = os.environ.get("CHROMIUM", "chromium")
    if found := shutil.which(wanted):
        return found
    notice = f"no browser at {wanted!r}: install Debian's chromium, or set CHROMIUM to its path"
    if os.environ.get("CI"):
        pytest.fail(notice, pytrace=False)
    pytest.skip(notice)
