"""Which prices an organization's calls are priced at."""

from dataclasses import dataclass

from application.ports.pricing_tables import PricingTables
from application.ports.unit_of_work import UnitOfWork
from domain.pricing.organization_prices import OrganizationPrices
from domain.pricing.prices import Prices
from domain.pricing.pricing_table import PricingTable

_MOST_REMEMBERED = 256
_MOST_WITHOUT_TERMS = 10_000


@dataclass(frozen=True, slots=True)
class KnownPrices:
    """``table`` under an organization's terms of this revision."""

    revision: int
    table: PricingTable
    prices: Prices


class PriceLists:
    """Looks up an organization's prices; safe to share between threads.

    The terms are compiled once for each revision of them: an event costs one look at a number.
    """

    def __init__(self, pricing_tables: PricingTables) -> None:
        self._pricing_tables = pricing_tables
        self._remembered: dict[str, KnownPrices] = {}
        #: Organizations that had no terms when last asked about: ids alone, as there may be many.
        self._without_terms: set[str] = set()

    def table(self) -> PricingTable:
        """The list in force; asked for before a unit of work begins, as it may look for another."""
        return self._pricing_tables.current()

    def last_known(self, organization_id: str, table: PricingTable) -> KnownPrices | None:
        """The prices as they were when last asked for here, which may be others by now."""
        if organization_id in self._without_terms:
            return KnownPrices(0, table, table)
        known = self._remembered.get(organization_id)
        return known if known is not None and known.table is table else None

    def of(self, uow: UnitOfWork, organization_id: str, table: PricingTable) -> Prices:
        """``table`` under the organization's terms, which stay as they are until ``uow`` ends."""
        revision = uow.pricing_terms.revision(organization_id)
        if revision == 0:
            self._remember_none(organization_id)
            return table
        self._without_terms.discard(organization_id)
        known = self._remembered.get(organization_id)
        if known is None or known.revision != revision or known.table is not table:
            terms = uow.pricing_terms.load(organization_id)
            known = KnownPrices(revision, table, OrganizationPrices(table, terms))
            if len(self._remembered) >= _MOST_REMEMBERED:
                self._remembered.clear()
            self._remembered[organization_id] = known
        return known.prices

    def _remember_none(self, organization_id: str) -> None:
        if len(self._without_terms) >= _MOST_WITHOUT_TERMS:
            self._without_terms.clear()
        self._without_terms.add(organization_id)
