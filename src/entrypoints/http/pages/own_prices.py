"""An organization's own prices, discounts and aliases, and what they priced again."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response

from application.pricing.list_repricings import ListRepricingsRequest
from application.pricing.list_terms import AuthoredTerms, ListTerms, ListTermsRequest
from application.pricing.remove_terms import RemoveTermsRequest
from application.pricing.set_terms import MOST_ENTRIES, SetTerms, SetTermsRequest
from domain.errors import NotFound
from domain.pricing.terms import AliasTerms, TermsKind
from entrypoints.container import Container
from entrypoints.http.authentication import current_member
from entrypoints.http.pages.forms import REFUSALS, Form, see_other
from entrypoints.http.pages.terms_form import CLASSES, terms_changes, terms_values
from entrypoints.http.texts import mark

#: Of the last times that calls were priced again.
_REPRICINGS = 10


class _Kind(NamedTuple):
    """How a kind is called on the page, in English, to be translated where it is shown.

    ``api`` is what the API calls them.
    """

    kind: TermsKind
    api: str
    heading: str
    about: str
    new: str
    edit: str
    save: str
    remove: str
    remove_question: str


KINDS = {
    "prices": _Kind(
        TermsKind.OWN_PRICE,
        "own_prices",
        heading=mark("Own prices"),
        about=mark("What you pay for a model in place of the list price, class by class."),
        new=mark("New price"),
        edit=mark("Edit price"),
        save=mark("Save price"),
        remove=mark("Remove price"),
        remove_question=mark("Remove this price?"),
    ),
    "discounts": _Kind(
        TermsKind.DISCOUNT,
        "discounts",
        heading=mark("Discounts"),
        about=mark("A percentage off every list price of a provider."),
        new=mark("New discount"),
        edit=mark("Edit discount"),
        save=mark("Save discount"),
        remove=mark("Remove discount"),
        remove_question=mark("Remove this discount?"),
    ),
    "aliases": _Kind(
        TermsKind.ALIAS,
        "aliases",
        heading=mark("Aliases"),
        about=mark("Names that only you use, an Azure deployment say, and the models they mean."),
        new=mark("New alias"),
        edit=mark("Edit alias"),
        save=mark("Save alias"),
        remove=mark("Remove alias"),
        remove_question=mark("Remove this alias?"),
    ),
}


def own_prices_pages(container: Container) -> Blueprint:
    """``pages.own_prices.*``"""
    pages = Blueprint("own_prices", __name__, url_prefix="/dashboard/prices/own")
    run_list, run_set = container.list_terms(), container.set_terms()
    run_remove, run_repricings = container.remove_terms(), container.list_repricings()
    find_idle_aliases = container.find_idle_aliases()

    @pages.get("", endpoint="list")
    def show() -> str:
        organization_id = current_member().organization_id
        repricings = run_repricings(
            ListRepricingsRequest(organization_id=organization_id, limit=_REPRICINGS)
        )
        lists = {name: _entries(run_list, kind) for name, kind in KINDS.items()}
        entries = [each.entry for found in lists.values() for each in found]
        return render_template(
            "prices/own.html",
            kinds=KINDS,
            lists=lists,
            most_entries=MOST_ENTRIES,
            idle=find_idle_aliases(organization_id, entries),
            repricings=repricings,
        )

    def notice_of(saved: AuthoredTerms) -> str:
        if not isinstance(saved.entry.terms, AliasTerms):
            return "terms-saved"
        entries = [each.entry for kind in KINDS.values() for each in _entries(run_list, kind)]
        idle = find_idle_aliases(saved.entry.organization_id, entries)
        return "alias-saved-without-price" if saved.entry.id in idle else "terms-saved"

    def create(kind: str) -> Response | tuple[str, int]:
        if request.method == "GET":
            return _form_page(kind, None, None)
        return _save(run_set, notice_of, kind, None)

    def edit(kind: str, entry_id: object) -> Response | tuple[str, int]:
        found = _find(run_list, kind, str(entry_id))
        if request.method == "GET":
            return _form_page(kind, found, None)
        return _save(run_set, notice_of, kind, found)

    def remove(kind: str, entry_id: object) -> Response:
        member = current_member()
        run_remove(
            RemoveTermsRequest(
                organization_id=member.organization_id,
                user_id=member.user_id,
                kind=KINDS[kind].kind,
                entry_id=str(entry_id),
            )
        )
        return see_other("pages.own_prices.list", notice="terms-removed")

    for name in KINDS:
        of_kind: dict[str, Any] = {"defaults": {"kind": name}}
        form = {**of_kind, "methods": ["GET", "POST"]}
        pages.add_url_rule(f"/{name}/new", "create", create, **form)
        pages.add_url_rule(f"/{name}/<uuid:entry_id>", "edit", edit, **form)
        removal = f"/{name}/<uuid:entry_id>/remove"
        pages.add_url_rule(removal, "remove", remove, **of_kind, methods=["POST"])
    return pages


def _entries(run: ListTerms, kind: _Kind) -> Sequence[AuthoredTerms]:
    organization_id = current_member().organization_id
    return run(
        ListTermsRequest(organization_id=organization_id, kind=kind.kind, limit=MOST_ENTRIES)
    )


def _find(run: ListTerms, kind: str, entry_id: str) -> AuthoredTerms:
    for found in _entries(run, KINDS[kind]):
        if found.entry.id == entry_id:
            return found
    raise NotFound("There is no such entry.")


def _save(
    run: SetTerms,
    notice_of: Callable[[AuthoredTerms], str],
    kind: str,
    found: AuthoredTerms | None,
) -> Response | tuple[str, int]:
    member = current_member()
    try:
        saved = run(
            SetTermsRequest(
                organization_id=member.organization_id,
                user_id=member.user_id,
                kind=KINDS[kind].kind,
                changes=terms_changes(KINDS[kind].kind),
                entry_id=found.entry.id if found else None,
            )
        )
    except REFUSALS as error:
        return _form_page(kind, found, Form.refused(error))
    return see_other("pages.own_prices.list", notice=notice_of(saved))


def _form_page(kind: str, found: AuthoredTerms | None, refused: Form | None) -> tuple[str, int]:
    form = refused or Form(values=terms_values(found.entry.terms if found else None))
    page = render_template(
        "prices/form.html",
        form=form,
        entry=found.entry if found else None,
        name=kind,
        kind=KINDS[kind],
        classes=CLASSES,
    )
    return page, form.status
