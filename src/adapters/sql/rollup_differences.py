"""Where sums are not what the calls amount to, and copies not what they are copies of."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Row, text

from adapters.sql import gathered_statements as of_gathered
from adapters.sql import rollup_statements as of_dimensions
from adapters.sql import tag_model_statements as of_tag_models
from adapters.sql import tag_statements as of_tags
from adapters.sql.rollup_tables import DIMENSIONS
from domain.rollup import Breakdown, Tier
from domain.rollup_difference import RollupDifference

#: Each with the columns that say what a row is a sum of, or where it is.
_VERIFY: tuple[tuple[str, Sequence[str]], ...] = (
    (of_dimensions.VERIFY, DIMENSIONS),
    (of_tags.VERIFY, ("tag", "value")),
    (of_tag_models.VERIFY, ("tag", "value", "provider", "model")),
    (of_gathered.VERIFY, ("place", "tag", "name")),
)


def differences(
    connection: Connection, scope: Mapping[str, str], limit: int
) -> list[RollupDifference]:
    """The first of an organization, which is in ``scope``."""
    asked = {**scope, "most": limit}
    found = [
        _difference(row, names)
        for statement, names in _VERIFY
        for row in connection.execute(text(statement), asked)
    ]
    return found[:limit]


def _difference(row: Row[Any], names: Iterable[str]) -> RollupDifference:
    return RollupDifference(
        breakdown=Breakdown(row.breakdown),
        tier=Tier(row.tier),
        start=row.start,
        values=tuple(getattr(row, name) for name in names),
        kept_calls=_whole(row.kept_calls),
        true_calls=_whole(row.true_calls),
        kept_cost_usd=row.kept_cost_usd,
        true_cost_usd=row.true_cost_usd,
    )


def _whole(number: int | Decimal | None) -> int | None:
    return None if number is None else int(number)
