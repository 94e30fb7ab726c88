"""Tables as CSV files: plain numbers, and texts that no spreadsheet takes for a formula."""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from flask import Response

#: What a spreadsheet may take for the beginning of a formula, full-width forms included, also
#: behind white space.
_FORMULA = re.compile(r"\s*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
_NUMBER = re.compile(r"-?\d+(\.\d+)?")


def csv_response(rows: Sequence[Mapping[str, Any]], name: str) -> Response:
    """The rows as a file; nested names are joined by an underscore."""
    flat = [dict(_flattened(row)) for row in rows]
    header = list(dict.fromkeys(name for row in flat for name in row))
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(header)
    writer.writerows([_cell(row.get(column)) for column in header] for row in flat)
    response = Response(text.getvalue(), mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="truecompute-{name}.csv"'
    return response


def _flattened(row: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in row.items():
        if isinstance(value, Mapping):
            yield from _flattened(value, f"{prefix}{name}_")
        else:
            yield f"{prefix}{name}", value


def _cell(value: object) -> str:
    if value is None:
        return ""
    text = format(value, "f") if isinstance(value, float) else str(value)
    if _NUMBER.fullmatch(text) or not _FORMULA.match(text):
        return text
    return f"'{text}"
