"""Accounts and organizations as JSON."""

from marshmallow import Schema, fields, validate

from domain.organization import Role
from domain.user import LONGEST_PASSWORD, SHORTEST_PASSWORD
from entrypoints.http.schemas.fields import AnyEmail, EmailAddress, Text, Timestamp, text_of
from entrypoints.http.schemas.keys import CreatedKeySchema

#: For the document only: the rules, and their clear messages, are the domain's.
_PASSWORD = {
    "description": "Not on the list of common ones",
    "minLength": SHORTEST_PASSWORD,
    "maxLength": LONGEST_PASSWORD,
}


class SignUpSchema(Schema):
    email = EmailAddress(required=True, metadata={"format": "email"})
    password = Text(required=True, metadata=_PASSWORD)
    name = Text(load_default=None, allow_none=True, validate=validate.Length(max=100))
    invitation = Text(
        load_default=None,
        allow_none=True,
        validate=validate.Length(1, 128),
        metadata={"description": "The token at the end of an invitation link"},
    )


class LogInSchema(Schema):
    email = AnyEmail(required=True, validate=validate.Length(1, 320))
    password = Text(required=True, validate=validate.Length(1, 4096))


class ChangePasswordSchema(Schema):
    current_password = Text(required=True, validate=validate.Length(1, 4096))
    new_password = Text(required=True, metadata=_PASSWORD)


class UserSchema(Schema):
    id = fields.UUID(required=True)
    email = fields.String(required=True)
    name = fields.String(required=True, allow_none=True)
    created_at = Timestamp(required=True)


class SignedInSchema(Schema):
    user = fields.Nested(UserSchema, required=True)


class OrganizationSchema(Schema):
    id = fields.UUID(required=True)
    name = fields.String(required=True)
    slug = fields.String(required=True)


class MeSchema(Schema):
    user = fields.Nested(UserSchema, required=True)
    organization = fields.Nested(OrganizationSchema, required=True, allow_none=True)
    role = fields.Enum(Role, by_value=True, required=True, allow_none=True)


class OnboardSchema(Schema):
    organization_name = text_of(100)


class OnboardedSchema(Schema):
    organization = fields.Nested(OrganizationSchema, required=True)
    role = fields.Enum(Role, by_value=True, required=True)
    api_key = fields.Nested(CreatedKeySchema, required=True)
