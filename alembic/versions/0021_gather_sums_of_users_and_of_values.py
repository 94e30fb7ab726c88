"""Gather the sums by user and by value of a tag of each bucket that is over.

A worker fills the table when the upgrade is done; until then reports read the sums themselves.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_NUMBERS = ("calls", "unpriced_calls", "cost_usd")
_MOST = 10**18


def upgrade() -> None:
    op.create_table(
        "gathered_sums",
        sa.Column("organization_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("tier", sa.SmallInteger, nullable=False),
        sa.Column("start", sa.DateTime(timezone=True), nullable=False),
        sa.Column("breakdown", sa.String(32), nullable=False),
        sa.Column("tag", sa.String(64), nullable=False),
        sa.Column("names", ARRAY(sa.Text), nullable=False),
        sa.Column("calls", ARRAY(sa.BigInteger), nullable=False),
        sa.Column("unpriced_calls", ARRAY(sa.BigInteger), nullable=False),
        sa.Column("cost_usd", ARRAY(sa.Numeric), nullable=False),
        *_keys(),
        *_checks(),
    )
    # To unpack them would take longer than to read them; counts shrink to little.
    for name in ("names", "cost_usd"):
        op.execute(f"ALTER TABLE gathered_sums ALTER {name} SET STORAGE EXTERNAL")
    op.add_column("summed_weeks", sa.Column("gathered_until", sa.DateTime(timezone=True)))
    op.create_check_constraint(
        op.f("ck_summed_weeks_gathered_until"), "summed_weeks", _of_this_age("gathered_until")
    )


def downgrade() -> None:
    op.drop_column("summed_weeks", "gathered_until")
    op.drop_table("gathered_sums")


def _keys() -> tuple[sa.Constraint, ...]:
    key = ("organization_id", "tier", "start", "breakdown", "tag")
    return (
        sa.PrimaryKeyConstraint(*key, name=op.f("pk_gathered_sums")),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organizations.id"],
            name=op.f("fk_gathered_sums_organization_id"),
            ondelete="CASCADE",
        ),
    )


def _checks() -> tuple[sa.Constraint, ...]:
    conditions = {
        "tier": "tier BETWEEN 1 AND 5",
        "start": _of_this_age("start"),
        **{name: f"-{_MOST} <= ALL ({name}) AND {_MOST} >= ALL ({name})" for name in _NUMBERS},
        "names": " AND ".join(f"cardinality({name}) = cardinality(names)" for name in _NUMBERS),
    }
    return tuple(
        sa.CheckConstraint(condition, name=op.f(f"ck_gathered_sums_{name}"))
        for name, condition in conditions.items()
    )


def _of_this_age(name: str) -> str:
    return f"{name} >= '2000-01-01Z' AND {name} < '2200-01-01Z'"
