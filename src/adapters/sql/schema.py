"""All tables together, for migrations to compare with."""

# Importing the modules puts their tables into the metadata.
from adapters.sql import event_tables, pricing_tables, rollup_tables, tables
from adapters.sql.columns import metadata

__all__ = ["event_tables", "metadata", "pricing_tables", "rollup_tables", "tables"]
