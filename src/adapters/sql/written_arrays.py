"""Arrays as parameters, written as PostgreSQL reads them.

The driver takes four times as long, and a report has thousands of moments.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy.types import UserDefinedType


class WrittenArray(UserDefinedType[str]):
    """The type of a parameter whose value is ``written``; its elements are ``of`` a type of SQL."""

    cache_ok = True
    render_bind_cast = True

    def __init__(self, of: str) -> None:
        self.of = of

    def get_col_spec(self, **_: Any) -> str:
        return f"{self.of}[]"


MOMENTS, TIERS = WrittenArray("TIMESTAMP WITH TIME ZONE"), WrittenArray("SMALLINT")


def moment(at: datetime | None) -> str:
    """An element: an aware time, or null."""
    return at.isoformat() if at else "NULL"


def written(elements: Iterable[str]) -> str:
    """The array of elements that need no quotes."""
    return "{" + ",".join(elements) + "}"
