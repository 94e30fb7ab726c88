"""Channels, alerts and deliveries as JSON."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from domain.alert import AlertKind
from domain.channel import ChannelType
from domain.delivery import DeliveryState
from entrypoints.http.schemas.fields import EmailAddress, Text, Timestamp, Usd, text_of
from entrypoints.http.schemas.lists import ListSchema, PageQuerySchema

_URL = validate.Length(1, 2048)


class ChangeChannelSchema(Schema):
    """``url`` is a webhook's or Slack's, ``address`` an e-mail's."""

    name = text_of(100, required=False)
    url = Text(validate=_URL)
    address = EmailAddress(validate=validate.Length(3, 254))
    enabled = fields.Boolean(truthy={True}, falsy={False})

    @validates_schema
    def _one_target(self, data: dict[str, Any], **_: Any) -> None:
        if "url" in data and "address" in data:
            raise ValidationError("Must not be there beside a url.", "address")


class CreateChannelSchema(ChangeChannelSchema):
    type = fields.Enum(ChannelType, by_value=True, required=True)
    name = text_of(100)

    @validates_schema
    def _target_of_type(self, data: dict[str, Any], **_: Any) -> None:
        wanted, other = ("url", "address")
        if data.get("type") is ChannelType.EMAIL:
            wanted, other = other, wanted
        if other in data:
            raise ValidationError(f"Is not of this type, which has {wanted!r}.", other)
        if wanted not in data:
            raise ValidationError("Missing data for required field.", wanted)


class ChannelSchema(Schema):
    id = fields.UUID(required=True)
    type = fields.Enum(ChannelType, by_value=True, required=True)
    name = fields.String(required=True)
    url = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "Of Slack only its end, because the whole is a secret"},
    )
    address = fields.String(required=True, allow_none=True)
    created_at = Timestamp(required=True)
    disabled_at = Timestamp(required=True, allow_none=True)
    disabled_reason = fields.String(required=True, allow_none=True)


class ChannelWithSecretSchema(ChannelSchema):
    secret = fields.String(
        required=True, allow_none=True, metadata={"description": "A webhook's, shown this once"}
    )


class ChannelListSchema(ListSchema):
    data = fields.List(fields.Nested(ChannelSchema), required=True)


class DeliverySchema(Schema):
    id = fields.UUID(required=True, metadata={"description": "The `webhook-id`"})
    channel_id = fields.UUID(required=True)
    alert_id = fields.UUID(
        required=True, allow_none=True, metadata={"description": "null: a test of the channel"}
    )
    state = fields.Enum(DeliveryState, by_value=True, required=True)
    attempts = fields.Integer(required=True)
    last_status = fields.Integer(required=True, allow_none=True)
    last_problem = fields.String(required=True, allow_none=True)
    created_at = Timestamp(required=True)
    next_attempt_at = Timestamp(
        required=True, allow_none=True, metadata={"description": "null: there is none any more"}
    )
    delivered_at = Timestamp(required=True, allow_none=True)


class DeliveryListSchema(ListSchema):
    data = fields.List(fields.Nested(DeliverySchema), required=True)


class AlertQuerySchema(PageQuerySchema):
    budget_id = fields.UUID(load_default=None, metadata={"description": "Of this budget alone"})


class AlertSchema(Schema):
    id = fields.UUID(required=True)
    budget_id = fields.UUID(
        required=True, allow_none=True, metadata={"description": "null: a spike, of no budget"}
    )
    budget_name = fields.String(required=True, allow_none=True)
    limit_usd = Usd(required=True, allow_none=True)
    kind = fields.Enum(AlertKind, by_value=True, required=True)
    threshold = fields.Integer(
        required=True, allow_none=True, metadata={"description": "Percent of the limit"}
    )
    period_start = Timestamp(required=True)
    period_end = Timestamp(required=True)
    spent_usd = Usd(required=True)
    explanation = fields.String(required=True, allow_none=True)
    created_at = Timestamp(required=True)
    deliveries = fields.List(fields.Nested(DeliverySchema), required=True)


class AlertListSchema(ListSchema):
    data = fields.List(fields.Nested(AlertSchema), required=True)
