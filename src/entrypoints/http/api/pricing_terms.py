"""An organization's own prices, discounts and aliases: three lists, one way of keeping them."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import fields
from typing import Any, NamedTuple

from marshmallow import Schema

from application.pricing.list_terms import AuthoredTerms, ListTermsRequest
from application.pricing.remove_terms import RemoveTermsRequest
from application.pricing.set_terms import SetTermsRequest
from domain.pricing.terms import TermsKind
from entrypoints.container import Container
from entrypoints.http.api.routes import Routes
from entrypoints.http.api.tables import Row, as_it_is, table
from entrypoints.http.authentication import current_member
from entrypoints.http.schemas import pricing_terms as schemas
from entrypoints.http.schemas.lists import next_cursor


class _Kind(NamedTuple):
    """How one kind is called in addresses and documents, and what its bodies look like."""

    kind: TermsKind
    name: str
    path: str
    words: str
    create: type[Schema]
    change: type[Schema]
    shown: type[Schema]
    listed: type[Schema]
    rows_of: Callable[[Row], Iterable[Row]] = as_it_is

    @property
    def file(self) -> str:
        """What a file of them is called."""
        return f"truecompute-{self.name.replace('_', '-')}"


def _rates(price: Row) -> Iterator[Row]:
    """In a file each rate of an own price is a row."""
    about = {name: value for name, value in price.items() if name != "rates"}
    yield from ({**about, **rate} for rate in price["rates"])


_KINDS = (
    _Kind(
        TermsKind.OWN_PRICE,
        "own_prices",
        "/api/v1/prices/own",
        "own price",
        schemas.CreateOwnPriceSchema,
        schemas.OwnPriceTermsSchema,
        schemas.OwnPriceSchema,
        schemas.OwnPriceListSchema,
        _rates,
    ),
    _Kind(
        TermsKind.DISCOUNT,
        "discounts",
        "/api/v1/discounts",
        "discount",
        schemas.CreateDiscountSchema,
        schemas.DiscountTermsSchema,
        schemas.DiscountSchema,
        schemas.DiscountListSchema,
    ),
    _Kind(
        TermsKind.ALIAS,
        "aliases",
        "/api/v1/aliases",
        "alias",
        schemas.CreateAliasSchema,
        schemas.AliasTermsSchema,
        schemas.AliasSchema,
        schemas.AliasListSchema,
    ),
)


def blueprints(container: Container) -> list[Routes]:
    return [_blueprint(container, kind) for kind in _KINDS]


def _blueprint(container: Container, kind: _Kind) -> Routes:
    routes = Routes(kind.name, __name__, url_prefix=kind.path, description=kind.words)
    run_list, run_set = container.list_terms(), container.set_terms()
    run_remove = container.remove_terms()

    @routes.get("")
    @routes.arguments(schemas.TermsQuerySchema, location="query")
    @table(routes, kind.listed, f"Each {kind.words}", name=kind.file, rows_of=kind.rows_of)
    def list_entries(query: dict[str, Any]) -> dict[str, Any]:
        """All of them, in the order they were entered."""
        limit, cursor = query["limit"], query["cursor"]
        found = run_list(
            ListTermsRequest(
                organization_id=current_member().organization_id,
                kind=kind.kind,
                after=str(cursor) if cursor else None,
                limit=limit + 1,
            )
        )
        return {
            "data": [_document(each) for each in found[:limit]],
            "next_cursor": next_cursor([each.entry.id for each in found], limit),
        }

    @routes.post("")
    @routes.arguments(kind.create)
    @routes.response(201, kind.shown)
    @routes.problems(409)
    def create_entry(body: dict[str, Any]) -> dict[str, Any]:
        """Enter it; the calls it concerns are priced again."""
        return _document(run_set(_request(kind.kind, body)))

    @routes.patch("/<uuid:entry_id>")
    @routes.arguments(kind.change)
    @routes.response(200, kind.shown)
    @routes.problems(404, 409)
    def change_entry(body: dict[str, Any], entry_id: object) -> dict[str, Any]:
        """Change it; what the body leaves out stays, and the calls it concerns are priced again."""
        return _document(run_set(_request(kind.kind, body, str(entry_id))))

    @routes.delete("/<uuid:entry_id>")
    @routes.response(204)
    @routes.problems(404)
    def remove_entry(entry_id: object) -> None:
        """Remove it; the calls it priced are priced without it."""
        member = current_member()
        run_remove(
            RemoveTermsRequest(
                organization_id=member.organization_id,
                user_id=member.user_id,
                kind=kind.kind,
                entry_id=str(entry_id),
            )
        )

    return routes


def _request(
    kind: TermsKind, changes: dict[str, Any], entry_id: str | None = None
) -> SetTermsRequest:
    member = current_member()
    return SetTermsRequest(
        organization_id=member.organization_id,
        user_id=member.user_id,
        kind=kind,
        changes=changes,
        entry_id=entry_id,
    )


def _document(found: AuthoredTerms) -> dict[str, Any]:
    entry, author = found.entry, found.created_by
    return {
        **{each.name: getattr(entry.terms, each.name) for each in fields(entry.terms)},
        "id": entry.id,
        "created_by": {
            "id": entry.created_by,
            "email": author.email if author else None,
            "name": author.name if author else None,
        },
        "created_at": entry.created_at,
        "updated_at": entry.updated_at,
    }
