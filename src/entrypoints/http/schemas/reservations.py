"""Reservations as JSON."""

from marshmallow import Schema, fields, validate

from domain.reservation import DEFAULT_EXPIRY, LONGEST_EXPIRY, Refusal
from entrypoints.http.schemas.fields import Text, Timestamp, Usd, WholeNumber
from entrypoints.http.schemas.problem import ProblemSchema

_TEXT = validate.Length(1, 256)
_TOKENS = validate.Range(0, 1_000_000_000)


class ReserveSchema(Schema):
    """``estimate_usd``, or a provider and a model with the tokens of the call.

    The other fields are those of the event to come. A budget whose scope names a field that is
    not here does not count the reservation.
    """

    estimate_usd = Usd(allow_none=True, metadata={"accepts_number": True})
    provider = Text(allow_none=True, validate=_TEXT)
    api_base = Text(allow_none=True, validate=_TEXT)
    model = Text(allow_none=True, validate=_TEXT)
    input_tokens = WholeNumber(validate=_TOKENS)
    max_output_tokens = WholeNumber(validate=_TOKENS)
    project = Text(allow_none=True, validate=_TEXT)
    environment = Text(allow_none=True, validate=_TEXT)
    user = Text(allow_none=True, validate=_TEXT)
    tags = fields.Dict(
        keys=Text(validate=validate.Length(1, 64)),
        validate=validate.Length(max=32),
        metadata={
            "description": "As an event's: texts, numbers and booleans",
            "additionalProperties": {"type": ["string", "number", "boolean", "null"]},
        },
    )
    expires_in_s = WholeNumber(
        validate=validate.Range(1, int(LONGEST_EXPIRY.total_seconds())),
        metadata={"description": f"{int(DEFAULT_EXPIRY.total_seconds())} unless said"},
    )


class RoomSchema(Schema):
    id = fields.UUID(required=True)
    remaining_usd = Usd(
        required=True, metadata={"description": "After this and all other reservations"}
    )


class ReservationSchema(Schema):
    id = fields.UUID(required=True)
    estimate_usd = Usd(
        required=True,
        allow_none=True,
        metadata={"description": "null: the model has no price, and no budget minds"},
    )
    expires_at = Timestamp(required=True)
    budgets = fields.List(
        fields.Nested(RoomSchema),
        required=True,
        metadata={"description": "Those that block and that the call falls under"},
    )


class RefusingBudgetSchema(Schema):
    id = fields.UUID(required=True)
    name = fields.String(required=True)


class BudgetExceededSchema(ProblemSchema):
    """A problem document with what the budget has left, and when it begins anew."""

    budget = fields.Nested(RefusingBudgetSchema, required=True)
    reason = fields.Enum(Refusal, by_value=True, required=True)
    remaining_usd = Usd(required=True)
    resets_at = Timestamp(required=True)
