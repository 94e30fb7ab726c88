"""JSON as the standard has it: no NaN, no infinity, no lone surrogates, decimals read exactly."""

from decimal import Decimal
from typing import Any

import msgspec
from flask.json.provider import DefaultJSONProvider

_DECODER = msgspec.json.Decoder(float_hook=Decimal)


class StrictJsonProvider(DefaultJSONProvider):
    """Reads with msgspec, writes as Flask does with keys in their given order."""

    sort_keys = False
    ensure_ascii = False

    def loads(self, s: str | bytes, **_: Any) -> Any:
        """Raises ``ValueError`` for anything that is not JSON, or nested too deeply to read."""
        try:
            return _DECODER.decode(s)
        except (msgspec.DecodeError, RecursionError) as error:
            raise ValueError(str(error)) from None
