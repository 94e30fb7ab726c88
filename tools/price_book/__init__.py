"""The price book, written from its sources."""
