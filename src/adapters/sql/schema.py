"""All tables together, for migrations to compare with."""

# Importing the modules puts their tables into the metadata.
from adapters.sql import (
    budget_tables,
    event_tables,
    notification_tables,
    pricing_tables,
    rollup_tables,
    tables,
    tag_tables,
)
from adapters.sql.columns import metadata

__all__ = [
    "budget_tables",
    "event_tables",
    "metadata",
    "notification_tables",
    "pricing_tables",
    "rollup_tables",
    "tables",
    "tag_tables",
]
