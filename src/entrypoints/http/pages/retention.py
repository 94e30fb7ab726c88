"""How long the organization's single calls are kept, on the page of settings."""

from flask import Blueprint
from werkzeug.wrappers import Response

from application.organizations.set_retention import SetRetentionRequest
from domain.errors import Invalid
from domain.retention import LONGEST_DAYS
from entrypoints.container import Container
from entrypoints.http.authentication import current_organization
from entrypoints.http.pages.forms import REFUSALS, Form, see_other, text
from entrypoints.http.pages.settings_page import SettingsPage


def add_pages(pages: Blueprint, container: Container, page: SettingsPage) -> None:
    """The form, which deletes what is older within the hour."""
    run_set_retention = container.set_retention()

    @pages.post("/retention")
    def set_retention() -> Response | tuple[str, int]:
        try:
            days = _days()
            _check_understood(days)
            run_set_retention(
                SetRetentionRequest(organization_id=current_organization().id, days=days)
            )
        except REFUSALS as error:
            return page.render(retention_form=Form.refused(error))
        return see_other("pages.settings.show", notice="retention-changed")


def _days() -> int | None:
    typed = text("retention_days").strip()
    if not typed:
        return None
    if not (typed.isascii() and typed.isdigit() and len(typed) <= len(str(LONGEST_DAYS))):
        raise Invalid.at("/retention_days", "must be a whole number of days, or empty")
    return int(typed)


def _check_understood(days: int | None) -> None:
    if days is not None and not text("understood"):
        raise Invalid.at("/understood", "tick this: what is deleted does not come back")
