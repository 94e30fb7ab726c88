"""Find the calls of one user without reading everybody's."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_events_user",
        "events",
        ["organization_id", "user", "timestamp"],
        unique=False,
        postgresql_where=sa.text('"user" IS NOT NULL'),
    )


def downgrade() -> None:
    op.drop_index("ix_events_user", table_name="events")
