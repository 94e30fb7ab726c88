"""The price book as JSON."""

from marshmallow import Schema, fields, validate

from entrypoints.http.schemas.fields import Text, Timestamp, Usd
from entrypoints.http.schemas.lists import FormatQuerySchema, ListSchema


class PriceQuerySchema(FormatQuerySchema):
    provider = Text(load_default=None, validate=validate.Length(1, 256))
    model = Text(load_default=None, validate=validate.Length(1, 256))
    at = Timestamp(load_default=None, metadata={"format": "date-time"})


class RateSchema(Schema):
    class_ = fields.String(required=True, data_key="class")
    unit_price_usd = Usd(required=True)
    per = fields.Integer(required=True)
    tier_from = fields.Integer(required=True, allow_none=True)
    service_tier = fields.String(required=True)
    speed = fields.String(required=True)
    region = fields.String(required=True, allow_none=True)


class SourcedRateSchema(RateSchema):
    stated_by = fields.String(
        required=True,
        allow_none=True,
        attribute="source",
        metadata={"description": "A class may be known from another source than the price"},
    )


class PriceSchema(Schema):
    provider = fields.String(required=True)
    model = fields.String(required=True)
    source = fields.String(required=True)
    source_version = fields.String(required=True)
    valid_from = fields.Date(required=True, allow_none=True)
    valid_to = fields.Date(required=True, allow_none=True)
    window = fields.String(required=True, allow_none=True)
    disputed = fields.Boolean(required=True)
    rates = fields.List(fields.Nested(SourcedRateSchema), required=True)
    confirmed_by = fields.String(
        required=True, allow_none=True, metadata={"description": "A source that says the same"}
    )
    contested_by = fields.String(
        required=True, allow_none=True, metadata={"description": "One that does not"}
    )
    contested_rates = fields.List(
        fields.Nested(RateSchema), required=True, metadata={"description": "What that one states"}
    )


class PriceListSchema(ListSchema):
    """All rows at once: the book is bounded."""

    data = fields.List(fields.Nested(PriceSchema), required=True)
