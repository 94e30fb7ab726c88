"""The history of a budget as JSON."""

from marshmallow import Schema, fields

from entrypoints.http.schemas.fields import Timestamp, Usd
from entrypoints.http.schemas.lists import ListSchema


class BudgetPeriodSchema(Schema):
    period_start = Timestamp(required=True)
    period_end = Timestamp(required=True)
    spent_usd = Usd(
        required=True,
        allow_none=True,
        metadata={"description": "null: not known any more, as its calls are deleted"},
    )
    version = fields.Integer(
        required=True,
        allow_none=True,
        metadata={"description": "Of the budget: the one that held in the end"},
    )
    limit_usd = Usd(required=True, allow_none=True)
    used_share = fields.Float(
        required=True, allow_none=True, metadata={"description": "Of the limit, 1 being the whole"}
    )


class BudgetPeriodListSchema(ListSchema):
    data = fields.List(fields.Nested(BudgetPeriodSchema), required=True)
