"""Lists of moments as parameters, written as PostgreSQL reads them.

The driver takes four times as long, and a report has thousands of moments.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy.types import UserDefinedType


class Moments(UserDefinedType[str]):
    """The type of a parameter whose value is ``written``."""

    cache_ok = True
    render_bind_cast = True

    def get_col_spec(self, **_: Any) -> str:
        return "TIMESTAMP WITH TIME ZONE[]"


def written(moments: Iterable[datetime | None]) -> str:
    """The array of aware moments, any of which may be null."""
    return "{" + ",".join([each.isoformat() if each else "NULL" for each in moments]) + "}"
