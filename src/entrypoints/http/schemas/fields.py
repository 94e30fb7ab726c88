"""Field types of the API: money, times, e-mail addresses, texts and whole numbers."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from email_validator import SPECIAL_USE_DOMAIN_NAMES, EmailNotValidError, validate_email
from marshmallow import ValidationError, fields, validate

from domain.errors import Invalid
from domain.money import parse_usd, plain
from domain.text import has_unstorable
from domain.timestamps import format_timestamp, parse_timestamp

#: How amounts are written.
DECIMAL = r"^-?[0-9]+(\.[0-9]+)?$"

# A closed network may well call itself "corp.local"; the library's list is there to be changed.
SPECIAL_USE_DOMAIN_NAMES.clear()


class Usd(fields.Field[Decimal]):
    """US dollars: written as a decimal string, read from one or from a JSON number, exactly."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return None if value is None else plain(value)

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Decimal:
        if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
            raise ValidationError("Must be a decimal string or a number.")
        amount: Decimal = _checked(parse_usd, Decimal(value) if isinstance(value, int) else value)
        return amount


class Timestamp(fields.Field[datetime]):
    """RFC 3339: written in UTC with ``Z``, read with any offset."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return None if value is None else format_timestamp(value)

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> datetime:
        if not isinstance(value, str):
            raise ValidationError("Must be a string.")
        instant: datetime = _checked(parse_timestamp, value)
        if not 2000 <= instant.year < 2200:
            raise ValidationError("Must be between the years 2000 and 2199.")
        return instant


class Text(fields.String):
    """A text that can be stored: no NUL, no lone surrogates."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:
        text: str = super()._deserialize(value, attr, data, **kwargs)
        if has_unstorable(text):
            raise ValidationError("Must not contain NUL characters.")
        return text


class EmailAddress(Text):
    """An address in lower case. Nothing is looked up: the network may be closed."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:
        return read_email(super()._deserialize(value, attr, data, **kwargs))


class AnyEmail(Text):
    """An address to look up: in the form it is stored in where it has one, else as it is."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:
        sent: str = super()._deserialize(value, attr, data, **kwargs)
        try:
            return read_email(sent)
        except ValidationError:
            return sent


class WholeNumber(fields.Field[int]):
    """A JSON integer; not a string, not a float, not a boolean."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise ValidationError("Must be a whole number.")
        return value


def read_email(text: str) -> str:
    """The normal form of an e-mail address; raises ``ValidationError``."""
    try:
        found = validate_email(text.strip(), check_deliverability=False, globally_deliverable=False)
    except EmailNotValidError:
        raise ValidationError("Must be an e-mail address.") from None
    return found.normalized.lower()


def text_of(longest: int, *, required: bool = True) -> Text:
    """A text of 1 to ``longest`` characters."""
    return Text(required=required, validate=validate.Length(1, longest))


def _checked(parse: Any, value: Any) -> Any:
    try:
        return parse(value, "")
    except Invalid as error:
        raise ValidationError(f"{error.detail[0].upper()}{error.detail[1:]}.") from None
