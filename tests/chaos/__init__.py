"""Whether anything that was acknowledged is ever lost: ``make chaos``."""
