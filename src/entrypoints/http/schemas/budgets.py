"""Budgets as JSON."""

from decimal import Decimal
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from domain.budget import (
    DEFAULT_FORECAST_THRESHOLDS,
    DEFAULT_THRESHOLDS,
    LARGEST_THRESHOLD,
    BudgetPeriod,
    BudgetState,
    Enforcement,
)
from domain.channel import MOST_CHANNELS
from domain.terms_warning import TermsWarning
from entrypoints.http.schemas.fields import Text, Timestamp, Usd, WholeNumber, text_of
from entrypoints.http.schemas.lists import ListSchema

_TEXT = validate.Length(1, 256)


class BudgetScopeSchema(Schema):
    """Which events count: those that match every named field."""

    project = Text(allow_none=True, validate=_TEXT)
    environment = Text(allow_none=True, validate=_TEXT)
    provider = Text(allow_none=True, validate=_TEXT)
    model = Text(allow_none=True, validate=_TEXT)
    user = Text(allow_none=True, validate=_TEXT)
    api_key = Text(allow_none=True, validate=_TEXT)
    tags = fields.Dict(
        keys=Text(validate=validate.Length(1, 64)),
        values=Text(validate=validate.Length(max=256)),
        validate=validate.Length(max=32),
    )


class UnpricedPolicy(fields.Field[Any]):
    """``block``, ``allow`` or ``{"estimate_usd": "..."}``."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        return (
            {"estimate_usd": Usd().serialize("v", {"v": value})}
            if isinstance(value, Decimal)
            else value
        )

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Any:
        if value in ("block", "allow"):
            return value
        if isinstance(value, dict) and set(value) == {"estimate_usd"}:
            return Usd(required=True).deserialize(value["estimate_usd"])
        raise ValidationError('Must be "block", "allow" or {"estimate_usd": "..."}.')


#: For the document.
_UNPRICED = {
    "anyOf": [
        {"enum": ["block", "allow"]},
        {
            "type": "object",
            "required": ["estimate_usd"],
            "properties": {"estimate_usd": {"type": ["string", "number"]}},
            "additionalProperties": False,
        },
    ]
}


def _percents(default: tuple[int, ...]) -> fields.List[int]:
    return fields.List(
        WholeNumber(validate=validate.Range(1, LARGEST_THRESHOLD)),
        validate=validate.Length(max=20),
        dump_default=list(default),
    )


class BudgetTermsSchema(Schema):
    """What an owner or admin decides; every field may be changed later."""

    name = text_of(100, required=False)
    limit_usd = Usd(
        metadata={"description": "Above 0 and at most 1000000", "accepts_number": True},
        validate=validate.Range(0, 1_000_000, min_inclusive=False),
    )
    period = fields.Enum(BudgetPeriod, by_value=True)
    timezone = Text(validate=validate.Length(1, 64), metadata={"description": "IANA name"})
    scope = fields.Nested(BudgetScopeSchema)
    thresholds = _percents(DEFAULT_THRESHOLDS)
    forecast_thresholds = _percents(DEFAULT_FORECAST_THRESHOLDS)
    enforcement = fields.Enum(Enforcement, by_value=True)
    unpriced = UnpricedPolicy(metadata=_UNPRICED)
    channel_ids = fields.List(
        fields.UUID(),
        allow_none=True,
        validate=validate.Length(max=MOST_CHANNELS),
        metadata={"description": "null: all channels; empty: none"},
    )


class CreateBudgetSchema(BudgetTermsSchema):
    name = text_of(100)
    limit_usd = Usd(
        required=True,
        metadata={"description": "Above 0 and at most 1000000", "accepts_number": True},
        validate=validate.Range(0, 1_000_000, min_inclusive=False),
    )


class BudgetStatusSchema(Schema):
    period_start = Timestamp(required=True)
    period_end = Timestamp(required=True)
    spent_usd = Usd(required=True)
    reserved_usd = Usd(
        required=True,
        metadata={"description": "Held for calls under way, and for those of unknown cost"},
    )
    remaining_usd = Usd(required=True)
    used_share = fields.Float(required=True, metadata={"description": "1 is the whole limit"})
    forecast_usd = Usd(required=True, allow_none=True)
    forecast_low_usd = Usd(
        required=True,
        allow_none=True,
        metadata={"description": "Eight times out of ten the period ends between this and high"},
    )
    forecast_high_usd = Usd(required=True, allow_none=True)
    runs_out_at = Timestamp(required=True, allow_none=True)
    state = fields.Enum(BudgetState, by_value=True, required=True)


class BudgetWarningSchema(Schema):
    code = fields.String(
        required=True, validate=validate.OneOf([each.value for each in TermsWarning])
    )
    detail = fields.String(required=True)


class BudgetSchema(BudgetTermsSchema):
    limit_usd = Usd(required=True)
    id = fields.UUID(required=True)
    version = fields.Integer(required=True)
    warnings = fields.List(
        fields.Nested(BudgetWarningSchema),
        required=True,
        metadata={"description": "What is allowed, and holds less than it seems to"},
    )
    status = fields.Nested(BudgetStatusSchema, required=True)


class BudgetListSchema(ListSchema):
    data = fields.List(fields.Nested(BudgetSchema), required=True)
