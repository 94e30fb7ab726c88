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
        sa.PrimaryKeyConstraint(
            "organization_id", "tier", "start", "breakdown", "tag", name=op.f("pk_gathered_sums")
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organizations.id"],
            name=op.f("fk_gathered_sums_organization_id"),
            ondelete="CASCADE",
        ),
        sa.CheckConstraint("tier BETWEEN 1 AND 5", name=op.f("ck_gathered_sums_tier")),
        _of_this_age("gathered_sums", "start"),
        *(
            sa.CheckConstraint(
                f"-{_MOST} <= ALL ({name}) AND {_MOST} >= ALL ({name})",
                name=op.f(f"ck_gathered_sums_{name}"),
            )
            for name in _NUMBERS
        ),
        sa.CheckConstraint(
            " AND ".join(f"cardinality({name}) = cardinality(names)" for name in _NUMBERS),
            name=op.f("ck_gathered_sums_names"),
        ),
    )
    # To unpack them would take longer than to read them; counts shrink to little.
    for name in ("names", "cost_usd"):
        op.execute(f"ALTER TABLE gathered_sums ALTER {name} SET STORAGE EXTERNAL")
    op.add_column("summed_weeks", sa.Column("gathered_until", sa.DateTime(timezone=True)))
    with op.batch_alter_table("summed_weeks") as changed:
        changed.create_check_constraint(
            op.f("ck_summed_weeks_gathered_until"),
            "gathered_until >= '2000-01-01Z' AND gathered_until < '2200-01-01Z'",
        )


def downgrade() -> None:
    op.drop_column("summed_weeks", "gathered_until")
    op.drop_table("gathered_sums")


def _of_this_age(table: str, name: str) -> sa.CheckConstraint:
    ages = f"{name} >= '2000-01-01Z' AND {name} < '2200-01-01Z'"
    return sa.CheckConstraint(ages, name=op.f(f"ck_{table}_{name}"))
