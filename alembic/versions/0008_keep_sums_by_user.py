"""Keep sums by user as well: all sums are made anew by the worker, and are right meanwhile."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

#: Every call that is not deleted waits to be added, some hundreds in a row.
_WAIT_AGAIN = """
INSERT INTO pending_rollups (organization_id, event_ids, timestamps)
SELECT organization_id, array_agg(id), array_agg("timestamp")
FROM (
    SELECT organization_id, id, "timestamp",
        row_number() OVER (PARTITION BY organization_id ORDER BY "timestamp") / 500 AS part
    FROM events
) AS numbered
GROUP BY organization_id, part ORDER BY organization_id, part
"""


def upgrade() -> None:
    op.add_column("usage_rollups", sa.Column("user", sa.String(length=256), nullable=True))
    _make_anew()


def downgrade() -> None:
    op.drop_column("usage_rollups", "user")
    _make_anew()


def _make_anew() -> None:
    op.execute("DELETE FROM usage_rollups")
    op.execute("DELETE FROM pending_rollups")
    op.execute(_WAIT_AGAIN)
