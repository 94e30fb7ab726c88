"""Rows as COPY reads them.

The driver writes them too, and looks for a way to write each value of each row: with that, storing
a batch took a sixth longer (`make bench-ingestion`). Here all values of a row become texts at once,
and each is quoted only where one of them may mean something to COPY.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from adapters.sql.engine import TO_JSON

#: Characters that texts seldom have; JSON has quotation marks and backslashes.
_DELIMITER, _QUOTE = "\t", "\x01"
#: As Python writes it; what is quoted is a text.
_NULL = str(None)
OPTIONS = f"FORMAT csv, DELIMITER '{_DELIMITER}', QUOTE '{_QUOTE}', NULL '{_NULL}'"
#: What Python writes as PostgreSQL reads it; times have an offset.
Value = str | int | Decimal | datetime | None


def line_of(row: Sequence[Value]) -> str:
    """The line of a row of two columns or more.

    >>> line_of(["call-1", 2, None])
    'call-1\\t2\\tNone\\n'
    """
    line = _DELIMITER.join(map(str, row))
    is_plain = (
        line.count(_DELIMITER) == len(row) - 1
        and line.count(_NULL) == row.count(None)
        and "\n" not in line
        and "\r" not in line
        and _QUOTE not in line
    )
    return f"{line if is_plain else _DELIMITER.join(map(_quoted, row))}\n"


def _quoted(value: Value) -> str:
    if not isinstance(value, str):
        return str(value)
    return f"{_QUOTE}{value.replace(_QUOTE, _QUOTE * 2)}{_QUOTE}"


def json_text(document: Mapping[str, object] | None) -> str | None:
    """The value of a column of JSON."""
    return None if document is None else TO_JSON.encode(document).decode()


def array_text(texts: Iterable[str]) -> str:
    """The value of a column of an array of texts."""
    quoted = (f'"{text}"' for text in (each.translate(_IN_ARRAY) for each in texts))
    return f"{{{','.join(quoted)}}}"


def bytes_text(value: bytes) -> str:
    """The value of a column of bytes."""
    return f"\\x{value.hex()}"


_IN_ARRAY = str.maketrans({"\\": r"\\", '"': r"\""})
