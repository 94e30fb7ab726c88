"""The shape of every error."""

from marshmallow import Schema, fields


class FaultSchema(Schema):
    pointer = fields.String(required=True, metadata={"description": "JSON pointer into the body"})
    detail = fields.String(required=True)


class ProblemSchema(Schema):
    """A problem document of RFC 9457; ``code`` is stable and machine-readable."""

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String(required=True)
    code = fields.String(required=True)
    request_id = fields.String(required=True, allow_none=True)
    errors = fields.List(fields.Nested(FaultSchema), required=True)
