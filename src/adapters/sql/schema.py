"""All tables together, for migrations to compare with."""

# Importing the modules puts their tables into the metadata.
from adapters.sql import event_tables, repricing_tables, tables
from adapters.sql.columns import metadata

__all__ = ["event_tables", "metadata", "repricing_tables", "tables"]
