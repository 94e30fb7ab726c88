"""Lists: which part is asked for, and what comes with one."""

from marshmallow import Schema, fields, validate

from entrypoints.http.schemas.fields import Text

MOST_ROWS = 500
DEFAULT_ROWS = 50


class FormatQuerySchema(Schema):
    format = fields.String(
        load_default="json",
        validate=validate.OneOf(["json", "csv"]),
        metadata={"description": "The `Link` header of a CSV file names the next part of a list"},
    )


class PageQuerySchema(FormatQuerySchema):
    limit = fields.Integer(
        load_default=DEFAULT_ROWS, validate=validate.Range(1, MOST_ROWS), strict=False
    )
    cursor = fields.UUID(load_default=None, metadata={"description": "The `next_cursor` before"})


class NamedPageQuerySchema(FormatQuerySchema):
    """Like ``PageQuerySchema``, for lists in the order of a name."""

    limit = fields.Integer(load_default=DEFAULT_ROWS, validate=validate.Range(1, MOST_ROWS))
    cursor = Text(
        load_default=None,
        validate=validate.Length(1, 512),
        metadata={"description": "The `next_cursor` before"},
    )


class ListSchema(Schema):
    """Subclasses add ``data``."""

    next_cursor = fields.String(required=True, allow_none=True)


def next_cursor(rows: list[str], limit: int) -> str | None:
    """The id to go on behind, when one row more than ``limit`` was found."""
    return rows[limit - 1] if len(rows) > limit else None
