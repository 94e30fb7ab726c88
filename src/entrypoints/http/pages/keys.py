"""API keys: the list, a new one whose secret is shown once, and revoking."""

from datetime import date, datetime, timedelta

from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response

from application.keys.create_key import CreateKeyRequest
from application.keys.list_keys import ListKeysRequest
from application.keys.revoke_key import RevokeKeyRequest
from domain.api_key import Scope
from domain.errors import Invalid
from domain.period import midnight
from entrypoints.container import Container
from entrypoints.http.authentication import current_member, current_organization
from entrypoints.http.pages.forms import REFUSALS, Form, see_other, text
from entrypoints.http.pages.lists import after_in_address, page_of
from entrypoints.http.pages.snippets import reachable_url, ways

_ROWS = 100


def keys_pages(container: Container) -> Blueprint:
    """``pages.keys.*``"""
    pages = Blueprint("keys", __name__, url_prefix="/dashboard/keys")
    run_list_keys, run_create_key = container.list_keys(), container.create_key()
    run_revoke_key, clock = container.revoke_key(), container.clock()
    app_url = container.settings().app_url

    @pages.get("")
    def list() -> str:  # noqa: A001 - the name of the route
        shown_after = after_in_address()
        rows = run_list_keys(
            ListKeysRequest(
                organization_id=current_organization().id,
                before=shown_after,
                limit=_ROWS + 1,
            )
        )
        shown, after = page_of(rows, _ROWS, lambda key: key.id)
        return render_template(
            "keys/list.html",
            keys=shown,
            after=after,
            shown_after=shown_after,
            now=clock.now(),
        )

    @pages.route("/new", methods=["GET", "POST"])
    def create() -> tuple[str, int]:
        if request.method == "GET":
            return _form_page(Form(), {Scope.INGEST})
        member = current_member()
        try:
            created = run_create_key(
                CreateKeyRequest(
                    organization_id=member.organization_id,
                    created_by=member.user_id,
                    name=text("name"),
                    scopes=_scopes(),
                    expires_at=_expiry(),
                )
            )
        except REFUSALS as error:
            return _form_page(
                Form.refused(error, {"invalid_expiry": "expires_on"}),
                set(request.form.getlist("scopes")),
            )
        # The secret stands in this answer and nowhere else: there is nowhere to redirect to.
        url = reachable_url(app_url, request.host_url)
        page = render_template(
            "keys/created.html",
            key=created.key,
            secret=created.secret,
            ways=ways(url, created.secret),
        )
        return page, 201

    @pages.post("/<uuid:key_id>/revoke")
    def revoke(key_id: object) -> Response:
        organization_id = current_organization().id
        run_revoke_key(RevokeKeyRequest(organization_id=organization_id, key_id=str(key_id)))
        return see_other("pages.keys.list", notice="key-revoked")

    return pages


def _form_page(form: Form, chosen: set[str]) -> tuple[str, int]:
    return render_template("keys/new.html", form=form, chosen=chosen), form.status


def _scopes() -> frozenset[Scope]:
    chosen = set(request.form.getlist("scopes"))
    if not chosen <= set(Scope):
        raise Invalid.at("/scopes", "must be of those listed", code="invalid_scopes")
    return frozenset(map(Scope, chosen))


def _expiry() -> datetime | None:
    """The end of the day that was typed, in UTC; None where none was."""
    typed = text("expires_on").strip()
    if not typed:
        return None
    try:
        last = date.fromisoformat(typed)
        return midnight(last + timedelta(days=1))
    except (ValueError, OverflowError):
        raise Invalid.at("/expires_on", "must be a date such as 2027-01-31") from None
