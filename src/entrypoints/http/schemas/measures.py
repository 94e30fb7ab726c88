"""Sums and distributions as JSON."""

from marshmallow import Schema, fields

from domain.report import Measures
from domain.usage.token_usage import TokenClass
from entrypoints.http.schemas.fields import Timestamp, Usd

#: For the document: one count for each class, and their sum.
_TOKENS = {
    "type": "object",
    "properties": {str(name): {"type": "integer"} for name in (*TokenClass, "total")},
}


class DistributionSchema(Schema):
    """Milliseconds; null where no call reported any."""

    mean = fields.Float(required=True, allow_none=True)
    p50 = fields.Integer(required=True, allow_none=True)
    p95 = fields.Integer(required=True, allow_none=True)
    p99 = fields.Integer(required=True, allow_none=True)


class CoverageSchema(Schema):
    """How many calls have which kind of cost."""

    priced = fields.Integer(required=True)
    estimated = fields.Integer(required=True)
    partial = fields.Integer(required=True)  # type: ignore[assignment]
    unpriced = fields.Integer(required=True)
    priced_share = fields.Float(required=True, allow_none=True)


class MeasuresSchema(Schema):
    """``cost_usd`` sums the known costs; null when there are calls and none is known."""

    cost_usd = Usd(required=True, allow_none=True)
    cost_per_call_usd = Usd(required=True, allow_none=True)
    cost_per_1000_tokens_usd = Usd(required=True, allow_none=True)
    calls = fields.Integer(required=True)
    errors = fields.Integer(required=True)
    error_rate = fields.Float(required=True, allow_none=True)
    cache_hit_rate = fields.Float(required=True, allow_none=True)
    tokens = fields.Method("get_tokens", required=True, metadata=_TOKENS)
    latency_ms = fields.Nested(DistributionSchema, required=True)
    time_to_first_token_ms = fields.Nested(DistributionSchema, required=True)
    cache_savings_usd = Usd(required=True)
    coverage = fields.Nested(CoverageSchema, required=True)

    def get_tokens(self, measures: Measures) -> dict[str, int]:
        classes = {str(name): measures.tokens.get(name, 0) for name in TokenClass}
        return classes | {"total": measures.total_tokens}


class SeriesPointSchema(Schema):
    start = Timestamp(required=True, attribute="span.start")
    end = Timestamp(required=True, attribute="span.end")
    cost_usd = Usd(required=True, allow_none=True)
    calls = fields.Integer(required=True)
    errors = fields.Integer(required=True)
    tokens = fields.Integer(required=True)
