"""What a budget was, version by version, as JSON."""

from marshmallow import Schema, fields

from domain.budget import BudgetPeriod
from entrypoints.http.schemas.budgets import BudgetScopeSchema
from entrypoints.http.schemas.fields import Timestamp, Usd
from entrypoints.http.schemas.lists import ListSchema


class BudgetVersionSchema(Schema):
    """The terms whose change makes a new version; a new name, say, makes none."""

    version = fields.Integer(required=True)
    since = Timestamp(required=True)
    limit_usd = Usd(required=True)
    period = fields.Enum(BudgetPeriod, by_value=True, required=True)
    timezone = fields.String(required=True)
    scope = fields.Nested(BudgetScopeSchema, required=True)
    thresholds = fields.List(fields.Integer(), required=True)
    forecast_thresholds = fields.List(fields.Integer(), required=True)
    changed_by = fields.UUID(
        required=True, allow_none=True, metadata={"description": "A user's id"}
    )
    author = fields.String(
        required=True, allow_none=True, metadata={"description": "null: somebody who is gone"}
    )


class BudgetVersionListSchema(ListSchema):
    data = fields.List(fields.Nested(BudgetVersionSchema), required=True)
