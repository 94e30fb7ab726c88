"""A name that only an organization uses for a model: an Azure deployment, say."""

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AliasTerms:
    """Calls of ``alias`` at ``provider`` are priced as ``model`` on half-open UTC days.

    ``provider`` and ``model_provider`` are canonical; ``model_provider`` None is ``provider``.
    """

    provider: str
    alias: str
    model: str
    model_provider: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Alias:
    """Terms, and the user who entered them."""

    id: str
    organization_id: str
    terms: AliasTerms
    created_by: str
    created_at: datetime
    updated_at: datetime
