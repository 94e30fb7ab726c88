"""The names of time zones that browsers have from before they were renamed."""

import re
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from entrypoints.http import app

_SCRIPT = Path(app.__file__).parent / "static" / "js" / "zone.js"
RENAMED = re.findall(r'"([\w/]+)": "([\w/]+)"', _SCRIPT.read_text("utf-8"))
SEASONS = [datetime(year, month, 15, 12, tzinfo=UTC) for year in (2024, 2026) for month in (1, 7)]


@pytest.mark.parametrize(("first", "now"), RENAMED)
def test_a_renamed_zone_is_the_same_by_both_names(first: str, now: str) -> None:
    offsets = [[each.astimezone(ZoneInfo(name)).utcoffset() for each in SEASONS]
               for name in (first, now)]  # fmt: skip
    assert offsets[0] == offsets[1]


def test_there_are_some() -> None:
    assert ("Asia/Calcutta", "Asia/Kolkata") in RENAMED
