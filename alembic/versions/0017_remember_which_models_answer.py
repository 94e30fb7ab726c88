"""Remember which models answer to which names, for limits that hold by the name of a model."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "model_answers",
        sa.Column("organization_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("provider", sa.String(256), nullable=False),
        sa.Column("requested_model", sa.String(256), nullable=False),
        sa.Column("model", sa.String(256), nullable=False),
        sa.PrimaryKeyConstraint("organization_id", "provider", "requested_model", "model"),
        sa.ForeignKeyConstraint(["organization_id"], ["organizations.id"], ondelete="CASCADE"),
    )


def downgrade() -> None:
    op.drop_table("model_answers")
