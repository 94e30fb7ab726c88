"""What was priced again, as JSON."""

from marshmallow import Schema, fields, validate

from domain.repricing import RepricingReason, RepricingState
from entrypoints.http.schemas.fields import Timestamp, Usd
from entrypoints.http.schemas.lists import DEFAULT_ROWS, MOST_ROWS, FormatQuerySchema, ListSchema


class RepricingQuerySchema(FormatQuerySchema):
    limit = fields.Integer(load_default=DEFAULT_ROWS, validate=validate.Range(1, MOST_ROWS))


class RepricingSchema(Schema):
    """The costs are sums of the known costs of the calls that changed."""

    id = fields.UUID(required=True)
    reason = fields.Enum(RepricingReason, by_value=True, required=True)
    state = fields.Enum(RepricingState, by_value=True, required=True)
    requested_by = fields.UUID(
        required=True, allow_none=True, metadata={"description": "null: the server itself"}
    )
    requested_at = Timestamp(required=True)
    finished_at = Timestamp(required=True, allow_none=True)
    seen = fields.Integer(required=True)
    changed = fields.Integer(required=True)
    cost_before_usd = Usd(required=True)
    cost_after_usd = Usd(required=True)


class RepricingListSchema(ListSchema):
    data = fields.List(fields.Nested(RepricingSchema), required=True)
