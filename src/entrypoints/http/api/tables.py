"""Lists that are answered as a document, and as a file where ``format=csv`` asks for one."""

import json
from collections.abc import Callable, Iterable, Mapping
from functools import wraps
from typing import Any

from flask import Response, jsonify
from marshmallow import Schema, fields

from entrypoints.http.api.routes import Routes
from entrypoints.http.csv_table import csv_response
from entrypoints.http.openapi import table_answer

Row = Mapping[str, Any]
View = Callable[..., Row]


def as_it_is(row: Row) -> Iterable[Row]:
    """The rows of the file that an entry of the document makes, where that is one and the same."""
    return (row,)


def table(
    routes: Routes,
    listed: type[Schema],
    description: str,
    *,
    name: str,
    rows_of: Callable[[Row], Iterable[Row]] = as_it_is,
) -> Callable[[View], Any]:
    """Answer what a view returns by the schema ``listed``, or its ``data`` as ``name``.csv.

    The view's first argument is the query, without the ``format``. ``rows_of`` are the rows that
    an entry of the document makes.
    """
    schema = listed()
    blank = next(iter(rows_of(columns_of(schema)["data"][0])))

    def decorate(view: View) -> Any:
        @wraps(view)
        def run(query: dict[str, Any], **address: Any) -> Response:
            form = query.pop("format")
            document = schema.dump(view(query, **address))
            if form == "json":
                return jsonify(document)
            rows = [_whole(row, blank) for entry in document["data"] for row in rows_of(entry)]
            return csv_response(rows, name, blank=blank, next_cursor=document["next_cursor"])

        return routes.doc(responses=table_answer(listed, description))(run)

    return decorate


def columns_of(schema: Schema) -> dict[str, Any]:
    """A document without values; a list of documents has one of them."""
    return {
        field.data_key or name: _columns_of_field(field)
        for name, field in schema.dump_fields.items()
    }


def _columns_of_field(field: Any) -> Any:
    if isinstance(field, fields.Nested):
        return columns_of(field.schema)
    if isinstance(field, fields.List) and isinstance(field.inner, fields.Nested):
        return [columns_of(field.inner.schema)]
    return None


def _whole(row: Row, blank: Row) -> Row:
    """With all columns of ``blank``, so that they do not depend on what the rows hold.

    Names that people choose, of tags say, are no columns: they stay JSON in one cell.
    """
    return {name: _cells(row.get(name), columns) for name, columns in blank.items()}


def _cells(value: Any, columns: Any) -> Any:
    if isinstance(columns, Mapping):
        return _whole(value or {}, columns)
    return json.dumps(value) if isinstance(value, Mapping) else value
