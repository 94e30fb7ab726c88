"""Points in time as RFC 3339 writes them."""

import re
from datetime import UTC, datetime

from domain.errors import Invalid

_RFC_3339 = re.compile(
    r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(\.\d{1,12})?([Zz]|[+-]\d{2}:\d{2})", re.ASCII
)


def parse_timestamp(text: str, pointer: str) -> datetime:
    """The instant in UTC, to the microsecond; further digits are cut off.

    Raises:
        Invalid: not RFC 3339 with an offset, or no such time; with code ``invalid_timestamp``.
    """
    if _RFC_3339.fullmatch(text):
        try:
            return datetime.fromisoformat(text.upper()).astimezone(UTC)
        except (ValueError, OverflowError):
            pass
    detail = "must be an RFC 3339 time with an offset, such as 2026-11-23T08:00:00.123Z"
    raise Invalid.at(pointer, detail, code="invalid_timestamp")


def format_milliseconds(instant: datetime) -> str:
    """RFC 3339 in UTC with ``Z``, to the millisecond; what is finer is cut off."""
    written = instant.astimezone(UTC).isoformat(timespec="milliseconds")
    return written.replace("+00:00", "Z")


def format_timestamp(instant: datetime) -> str:
    """RFC 3339 in UTC with ``Z``, to the millisecond or, where it has them, microsecond."""
    precision = "microseconds" if instant.microsecond % 1000 else "milliseconds"
    return instant.astimezone(UTC).isoformat(timespec=precision).replace("+00:00", "Z")
