"""Lists of moments as parameters."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Dialect
from sqlalchemy.dialects.postgresql import ARRAY

from adapters.sql.columns import MOMENT


class Moments(ARRAY[datetime]):
    """An array of aware moments, any of which may be null, to execute a statement with.

    It is written as PostgreSQL reads it: the driver takes four times as long, and a report has
    thousands of them.
    """

    cache_ok = True
    render_bind_cast = True

    def __init__(self) -> None:
        super().__init__(MOMENT)

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], str]:  # noqa: ARG002 - SQLAlchemy's
        return _written


def _written(moments: Iterable[datetime | None]) -> str:
    return "{" + ",".join([each.isoformat() if each else "NULL" for each in moments]) + "}"
