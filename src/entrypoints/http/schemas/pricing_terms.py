"""An organization's own prices, discounts and aliases as JSON."""

from decimal import Decimal
from typing import Any

from marshmallow import Schema, fields, post_load, validate

from application.pricing.set_terms import MOST_ENTRIES
from domain.pricing.terms import LONGEST_NOTE, MOST_RATES, PERS, OwnRate
from domain.providers import canonical_provider
from domain.service_tier import DEFAULT
from domain.usage.token_usage import TokenClass, Unit
from entrypoints.http.schemas.fields import Text, Timestamp, Usd, WholeNumber, text_of
from entrypoints.http.schemas.lists import DEFAULT_ROWS, ListSchema, PageQuerySchema

_MILLION = 10**6


class TermsQuerySchema(PageQuerySchema):
    """All that an organization may have of a kind fit into one list, and into one file."""

    limit = fields.Integer(load_default=DEFAULT_ROWS, validate=validate.Range(1, MOST_ENTRIES))


class Provider(Text):
    """A provider by any of its names; kept by its canonical one."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:
        return canonical_provider(super()._deserialize(value, attr, data, **kwargs), None)


class Percent(Usd):
    """A percentage: written as a decimal string, read from one or from a JSON number, exactly."""


class OwnRateSchema(Schema):
    """``per`` is a million for tokens and one for other units where it is left out."""

    class_ = fields.String(
        required=True, data_key="class", validate=validate.OneOf([*TokenClass, *Unit])
    )
    unit_price_usd = Usd(required=True, metadata={"accepts_number": True})
    per = WholeNumber(validate=validate.OneOf(PERS))
    tier_from = WholeNumber(allow_none=True, load_default=None, validate=validate.Range(1, 10**9))
    service_tier = Text(load_default=DEFAULT, validate=validate.Length(1, 64))
    region = Text(allow_none=True, load_default=None, validate=validate.Length(1, 64))

    @post_load
    def _rate(self, data: dict[str, Any], **kwargs: Any) -> OwnRate:
        per = _MILLION if data["class_"] in frozenset(TokenClass) else 1
        return OwnRate(**{"per": per, **data})


class _DatedTermsSchema(Schema):
    """Days are half-open and in UTC; null is open-ended."""

    provider = Provider(validate=validate.Length(1, 256))
    valid_from = fields.Date(allow_none=True)
    valid_to = fields.Date(allow_none=True)
    note = Text(allow_none=True, validate=validate.Length(max=LONGEST_NOTE))


class OwnPriceTermsSchema(_DatedTermsSchema):
    """What is paid for a model; a class without a rate keeps its list price."""

    model = text_of(256, required=False)
    rates = fields.List(fields.Nested(OwnRateSchema), validate=validate.Length(1, MOST_RATES))

    @post_load
    def _frozen(self, data: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        return data | ({"rates": tuple(data["rates"])} if "rates" in data else {})


class CreateOwnPriceSchema(OwnPriceTermsSchema):
    provider = Provider(required=True, validate=validate.Length(1, 256))
    model = text_of(256)
    rates = fields.List(
        fields.Nested(OwnRateSchema), required=True, validate=validate.Length(1, MOST_RATES)
    )


_ABOVE_ZERO = validate.Range(Decimal(0), Decimal(100), min_inclusive=False)


class DiscountTermsSchema(_DatedTermsSchema):
    """A percentage off every list price of a provider."""

    percent = Percent(validate=_ABOVE_ZERO, metadata={"accepts_number": True})


class CreateDiscountSchema(DiscountTermsSchema):
    provider = Provider(required=True, validate=validate.Length(1, 256))
    percent = Percent(required=True, validate=_ABOVE_ZERO, metadata={"accepts_number": True})


class AliasTermsSchema(_DatedTermsSchema):
    """Calls of ``alias`` are priced as ``model``, of ``model_provider`` where that is another."""

    alias = text_of(256, required=False)
    model = text_of(256, required=False)
    model_provider = Provider(allow_none=True, validate=validate.Length(1, 256))


class CreateAliasSchema(AliasTermsSchema):
    provider = Provider(required=True, validate=validate.Length(1, 256))
    alias = text_of(256)
    model = text_of(256)


class AuthorSchema(Schema):
    """Who entered it; they may have left the organization since."""

    id = fields.UUID(required=True)
    email = fields.String(required=True, allow_none=True)
    name = fields.String(required=True, allow_none=True)


_ENTERED = {
    "id": fields.UUID(required=True),
    "created_by": fields.Nested(AuthorSchema, required=True),
    "created_at": Timestamp(required=True),
    "updated_at": Timestamp(required=True),
    "provider": fields.String(required=True),
    "valid_from": fields.Date(required=True, allow_none=True),
    "valid_to": fields.Date(required=True, allow_none=True),
    "note": fields.String(required=True, allow_none=True),
}


class _DumpedRateSchema(Schema):
    class_ = fields.String(required=True, data_key="class")
    unit_price_usd = Usd(required=True)
    per = fields.Integer(required=True)
    tier_from = fields.Integer(required=True, allow_none=True)
    service_tier = fields.String(required=True)
    region = fields.String(required=True, allow_none=True)


class OwnPriceSchema(Schema.from_dict(_ENTERED, name="OwnPriceEntrySchema")):  # type: ignore[misc]
    model = fields.String(required=True)
    rates = fields.List(fields.Nested(_DumpedRateSchema), required=True)


class DiscountSchema(Schema.from_dict(_ENTERED, name="DiscountEntrySchema")):  # type: ignore[misc]
    percent = Percent(required=True)


class AliasSchema(Schema.from_dict(_ENTERED, name="AliasEntrySchema")):  # type: ignore[misc]
    alias = fields.String(required=True)
    model = fields.String(required=True)
    model_provider = fields.String(required=True, allow_none=True)


class OwnPriceListSchema(ListSchema):
    data = fields.List(fields.Nested(OwnPriceSchema), required=True)


class DiscountListSchema(ListSchema):
    data = fields.List(fields.Nested(DiscountSchema), required=True)


class AliasListSchema(ListSchema):
    data = fields.List(fields.Nested(AliasSchema), required=True)
