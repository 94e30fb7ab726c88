"""Keep price books that an operator gave."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "price_books",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("book_version", sa.String(length=64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=True),
        sa.Column("staged_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("activated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "activated_at >= '2000-01-01Z' AND activated_at < '2200-01-01Z'",
            name=op.f("ck_price_books_activated_at"),
        ),
        sa.CheckConstraint(
            "retired_at >= '2000-01-01Z' AND retired_at < '2200-01-01Z'",
            name=op.f("ck_price_books_retired_at"),
        ),
        sa.CheckConstraint(
            "staged_at >= '2000-01-01Z' AND staged_at < '2200-01-01Z'",
            name=op.f("ck_price_books_staged_at"),
        ),
        sa.CheckConstraint("length(book_version) >= 1", name=op.f("ck_price_books_book_version")),
        sa.CheckConstraint(
            "retired_at IS NULL OR activated_at IS NOT NULL",
            name=op.f("ck_price_books_retired_was_active"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_price_books")),
    )
    op.create_index(
        "uq_price_books_active",
        "price_books",
        [sa.literal_column("(retired_at IS NULL)")],
        unique=True,
        postgresql_where=sa.text("activated_at IS NOT NULL AND retired_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_index(
        "uq_price_books_active",
        table_name="price_books",
        postgresql_where=sa.text("activated_at IS NOT NULL AND retired_at IS NULL"),
    )
    op.drop_table("price_books")
