"""What the file of a report is called when it is kept."""

import re
from datetime import timedelta, tzinfo

from domain.period import Span


def report_name(view: str, span: Span, tz: tzinfo) -> str:
    """Without its ending: ``truecompute-models-2026-10-30-to-2026-11-28``, the days as ``tz`` has
    them; one day where there is only one.
    """
    last = (span.end - timedelta(microseconds=1)).astimezone(tz).date()
    first = span.start.astimezone(tz).date()
    days = f"{first}" if first == last else f"{first}-to-{last}"
    return f"truecompute-{view}-{days}"


def file_word(text: str) -> str:
    """What may stand in a file's name anywhere: ``tag.Team A`` is ``tag-team-a``."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
