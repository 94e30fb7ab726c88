"""Raw responses of clients that Stainless generates."""

from typing import Any

from truecompute._documents import read


def is_raw(result: Any) -> bool:
    """Whether a result is a response that its caller parses, and no model."""
    return hasattr(result, "http_response") and hasattr(result, "parse")


def decoded(response: Any) -> Any:
    """The JSON of a response whose body is read already; None for any other body."""
    try:
        return read(response.content)
    except ValueError:
        return None
