"""Cost over time by a dimension, and what changed, as JSON."""

from marshmallow import Schema, fields

from domain.movers import Cause
from domain.period import Interval
from entrypoints.http.schemas.fields import Timestamp, Usd
from entrypoints.http.schemas.measures import SeriesPointSchema
from entrypoints.http.schemas.usage import ReportSchema


class SeriesRowSchema(SeriesPointSchema):
    """One value in one bucket. ``provider`` is the model's, and there with models only."""

    group = fields.String(required=True, allow_none=True)
    provider = fields.String(allow_none=True)
    overflow = fields.Boolean(
        required=True, metadata={"description": "All values but the six costliest"}
    )


class SeriesSchema(ReportSchema):
    """By bucket and then by group, the costliest group first; also buckets without calls."""

    interval = fields.Enum(Interval, by_value=True, required=True)
    group_by = fields.String(required=True)
    data = fields.List(fields.Nested(SeriesRowSchema), required=True)


class VolumeSchema(Schema):
    """What a model was used for in one of the two ranges."""

    cost_usd = Usd(required=True)
    calls = fields.Integer(required=True)
    tokens = fields.Integer(required=True)


class ChangeRowSchema(Schema):
    """``before`` is the range just before, ``after`` the one that was asked for."""

    provider = fields.String(required=True)
    model = fields.String(required=True)
    difference_usd = Usd(required=True)
    cause = fields.Enum(Cause, by_value=True, required=True)
    before = fields.Nested(VolumeSchema, required=True)
    after = fields.Nested(VolumeSchema, required=True)


class EffectsSchema(Schema):
    """Volume, price and mix are the difference, to the last digit."""

    difference_usd = Usd(required=True)
    volume_usd = Usd(required=True)
    price_usd = Usd(required=True)
    mix_usd = Usd(required=True)


class PreviousRangeSchema(Schema):
    """As much time just before the range."""

    from_ = Timestamp(data_key="from", required=True, attribute="start")
    to = Timestamp(required=True, attribute="end")


class ChangesSchema(ReportSchema):
    """The models whose known cost moved, the largest move first."""

    previous = fields.Nested(PreviousRangeSchema, required=True)
    change = fields.Nested(EffectsSchema, required=True)
    data = fields.List(fields.Nested(ChangeRowSchema), required=True)
