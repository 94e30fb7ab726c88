"""What has no whole price, as JSON."""

from marshmallow import Schema, fields

from domain.price_gap import GapReason
from entrypoints.http.schemas.fields import Timestamp
from entrypoints.http.schemas.lists import FormatQuerySchema
from entrypoints.http.schemas.usage import RangeQuerySchema


class UnpricedQuerySchema(RangeQuerySchema, FormatQuerySchema):
    """A range with its filters, and the form of the answer."""


class UnpricedModelSchema(Schema):
    """``nearest`` are known names that an unknown one may well mean."""

    provider = fields.String(required=True)
    model = fields.String(required=True)
    reason = fields.Enum(GapReason, by_value=True, required=True)
    calls = fields.Integer(required=True)
    tokens = fields.Integer(required=True)
    first_seen = Timestamp(required=True)
    last_seen = Timestamp(required=True)
    repairable = fields.Boolean(required=True)
    nearest = fields.List(fields.String(), required=True)


class UnpricedReportSchema(Schema):
    """The models with most tokens; ``left_out`` counts those beyond them."""

    from_ = Timestamp(data_key="from", required=True, attribute="span.start")
    to = Timestamp(required=True, attribute="span.end")
    timezone = fields.String(required=True)
    data = fields.List(fields.Nested(UnpricedModelSchema), required=True)
    left_out = fields.Integer(required=True)
