"""Members and invitations as JSON."""

from marshmallow import Schema, fields, validate

from domain.organization import Role
from entrypoints.http.schemas.fields import EmailAddress, Text, Timestamp
from entrypoints.http.schemas.lists import ListSchema


class MemberChangeSchema(Schema):
    email = EmailAddress(required=True, metadata={"format": "email"})
    role = fields.Enum(Role, by_value=True, required=True)


class MemberQuerySchema(Schema):
    email = EmailAddress(load_default=None, metadata={"format": "email"})


class MemberBodySchema(Schema):
    email = EmailAddress(load_default=None, allow_none=True, metadata={"format": "email"})


class MemberSchema(Schema):
    """``id`` is the user's; an invited person has none yet, so theirs is the invitation's."""

    id = fields.UUID(required=True)
    email = fields.String(required=True)
    name = fields.String(required=True, allow_none=True)
    role = fields.Enum(Role, by_value=True, required=True)
    status = fields.String(required=True, validate=validate.OneOf(["active", "invited"]))
    joined_at = Timestamp(required=True, allow_none=True)
    invitation_expires_at = Timestamp(required=True, allow_none=True)


class MemberListSchema(ListSchema):
    data = fields.List(fields.Nested(MemberSchema), required=True)


class InvitedSchema(MemberSchema):
    invitation_url = fields.String(
        required=True, metadata={"description": "Good once, for seven days; shown this once"}
    )


class AcceptInvitationSchema(Schema):
    token = Text(required=True, validate=validate.Length(1, 128))


class JoinedSchema(Schema):
    organization_id = fields.UUID(required=True)
    role = fields.Enum(Role, by_value=True, required=True)
