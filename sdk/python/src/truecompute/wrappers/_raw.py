"""Raw responses of clients that Stainless generates."""

import json
from typing import Any


def is_raw(result: Any) -> bool:
    """Whether a result is a response that its caller parses, and no model."""
    return hasattr(result, "http_response") and hasattr(result, "parse")


def decoded(response: Any) -> Any:
    """The JSON of a response whose body is read already; None for any other body."""
    try:
        return json.loads(response.content)
    except ValueError:
        return None
