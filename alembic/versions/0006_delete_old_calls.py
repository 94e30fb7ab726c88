"""Let organizations say how long their calls are kept, and remember what is gone."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("organizations", sa.Column("retention_days", sa.Integer(), nullable=True))
    op.add_column(
        "organizations", sa.Column("events_begin", sa.DateTime(timezone=True), nullable=True)
    )
    op.create_check_constraint(
        op.f("ck_organizations_retention_days"),
        "organizations",
        "retention_days >= 90 AND retention_days <= 36500",
    )
    op.create_check_constraint(
        op.f("ck_organizations_events_begin"),
        "organizations",
        "events_begin >= '2000-01-01Z' AND events_begin < '2200-01-01Z'",
    )


def downgrade() -> None:
    op.drop_column("organizations", "events_begin")
    op.drop_column("organizations", "retention_days")
