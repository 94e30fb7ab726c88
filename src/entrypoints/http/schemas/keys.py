"""API keys as JSON."""

from marshmallow import Schema, fields, validate

from domain.api_key import Scope
from entrypoints.http.schemas.fields import Timestamp, text_of
from entrypoints.http.schemas.lists import ListSchema


class CreateKeySchema(Schema):
    name = text_of(100)
    scopes = fields.List(
        fields.Enum(Scope, by_value=True),
        load_default=[Scope.INGEST],
        validate=validate.Length(1, len(Scope)),
    )
    expires_at = Timestamp(load_default=None, allow_none=True, metadata={"format": "date-time"})


class KeySchema(Schema):
    id = fields.UUID(required=True)
    name = fields.String(required=True)
    prefix = fields.String(required=True)
    last_four = fields.String(required=True)
    scopes = fields.List(fields.Enum(Scope, by_value=True), required=True)
    created_at = Timestamp(required=True)
    last_used_at = Timestamp(required=True, allow_none=True)
    expires_at = Timestamp(required=True, allow_none=True)
    revoked_at = Timestamp(required=True, allow_none=True)


class CreatedKeySchema(KeySchema):
    secret = fields.String(required=True, metadata={"description": "Shown this once"})


class KeyListSchema(ListSchema):
    data = fields.List(fields.Nested(KeySchema), required=True)


class KeyIdSchema(Schema):
    id = fields.UUID(required=True)
