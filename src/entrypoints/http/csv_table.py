"""Tables as CSV files: plain numbers, and texts that no spreadsheet takes for a formula."""

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from flask import Response, request

from domain.money import plain

_SIGNS = r"=+\-@\uff1d\uff0b\uff0d\uff20"
#: What a spreadsheet may take for the beginning of a formula, full-width forms included, also
#: behind white space. https://owasp.org/www-community/attacks/CSV_Injection
_FORMULA = re.compile(rf"\s*[\t\r\n{_SIGNS}]")
#: One inside a text: where cells are divided by semicolons or tabs, as in half of Europe, quotes in
#: the middle of what is then a cell bind nothing, and another cell or row begins in the text.
_FORMULA_INSIDE = re.compile(rf"(?<=[;\t\r\n])([\s\"']*)(?=[{_SIGNS}])")
_NUMBER = re.compile(r"-?\d+(\.\d+)?", re.ASCII)


def csv_response(
    rows: Sequence[Mapping[str, Any]],
    name: str,
    *,
    blank: Mapping[str, Any],
    next_cursor: str | None = None,
) -> Response:
    """The rows as the file ``name``.csv; nested names are joined by an underscore.

    ``blank`` is a row without values: it names the columns where there are no rows. Where the rows
    go on behind ``next_cursor``, a ``Link`` header says where the next part is.
    """
    flat = [dict(_flattened(row)) for row in rows]
    header = list(dict.fromkeys(name for row in flat or [dict(_flattened(blank))] for name in row))
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(map(_cell, header))
    writer.writerows([_cell(row.get(column)) for column in header] for row in flat)
    response = Response(text.getvalue(), mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    if next_cursor:
        asked = {**request.args.to_dict(flat=False), "cursor": [next_cursor]}
        following = f"{request.path}?{urlencode(asked, doseq=True)}"
        response.headers["Link"] = f'<{following}>; rel="next"'
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
    text = _text(value)
    if _NUMBER.fullmatch(text):
        return text
    harmless = _FORMULA_INSIDE.sub(r"\1'", text)
    return f"'{harmless}" if _FORMULA.match(text) else harmless


def _text(value: object) -> str:
    if isinstance(value, float):
        return plain(Decimal(repr(value)))
    # Lists and the like, deep inside a provider's usage object, stay JSON.
    return value if isinstance(value, str) else json.dumps(value, default=str)
