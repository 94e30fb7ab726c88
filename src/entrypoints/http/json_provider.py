"""JSON as the standard has it: no NaN, no infinity, no lone surrogates, decimals exact."""

from typing import Any

import msgspec
from flask.json.provider import DefaultJSONProvider

from domain.decimals import exact
from domain.phrases import Phrase


def _as_text(value: Any) -> str:
    """For programs a phrase is the text that it makes."""
    if isinstance(value, Phrase):
        return str(value)
    raise NotImplementedError(f"{type(value).__name__} is not for JSON")


_ENCODER = msgspec.json.Encoder(decimal_format="number", enc_hook=_as_text)
_DECODER = msgspec.json.Decoder(float_hook=exact)


class StrictJsonProvider(DefaultJSONProvider):
    """Reads and writes with msgspec, keys in their given order.

    A ``Decimal`` is written as a number: what is left of them in an answer stands in a provider's
    own object. Our own amounts are texts by then.
    """

    def dumps(self, obj: Any, **_: Any) -> str:
        return _ENCODER.encode(obj).decode()

    def loads(self, s: str | bytes, **_: Any) -> Any:
        """Raises ``ValueError`` for anything that is not JSON, or nested too deeply to read."""
        try:
            return _DECODER.decode(s)
        except (msgspec.DecodeError, RecursionError) as error:
            raise ValueError(str(error)) from None
