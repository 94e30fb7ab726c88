"""Lists in pages: where one goes on."""

from collections.abc import Callable, Sequence
from typing import TypeVar
from uuid import UUID

from flask import request

from domain.errors import NotFound

Row = TypeVar("Row")


def after_in_address() -> str | None:
    """The id in ``after``, which the page before ended with; raises ``NotFound`` for no id."""
    asked = request.args.get("after")
    if not asked:
        return None
    try:
        return str(UUID(asked))
    except ValueError:
        raise NotFound("There is no such page.") from None


def page_of(
    rows: Sequence[Row], most: int, id_of: Callable[[Row], str]
) -> tuple[Sequence[Row], str | None]:
    """The rows to show of one more than are shown, and the id to go on after, if any."""
    shown = rows[:most]
    return shown, id_of(shown[-1]) if len(rows) > most else None
