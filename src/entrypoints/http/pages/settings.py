"""A person's profile and password, the organization and its members."""

from flask import Blueprint, request
from werkzeug.wrappers import Response

from application.accounts.change_password import ChangePasswordRequest
from entrypoints.container import Container
from entrypoints.http.authentication import current_user
from entrypoints.http.pages import members, retention
from entrypoints.http.pages.forms import REFUSALS, Form, see_other, text
from entrypoints.http.pages.settings_page import SettingsPage


def settings_pages(container: Container) -> Blueprint:
    """``pages.settings.*``"""
    pages = Blueprint("settings", __name__, url_prefix="/settings")
    run_change_password = container.change_password()
    page = SettingsPage(container.list_members(), container.settings().retention_days)
    members.add_pages(pages, container, page)
    retention.add_pages(pages, container, page)

    @pages.get("")
    def show() -> tuple[str, int]:
        return page.render()

    # A refused form leaves its own address in the browser, where reloading asks for it.
    @pages.get("/password")
    @pages.get("/members")
    @pages.get("/roles")
    @pages.get("/removals")
    @pages.get("/retention")
    def back() -> Response:
        return see_other("pages.settings.show")

    @pages.post("/password")
    def change_password() -> Response | tuple[str, int]:
        caller = current_user()
        try:
            run_change_password(
                ChangePasswordRequest(
                    user=caller.user,
                    token=caller.token,
                    current_password=text("current_password"),
                    new_password=text("new_password"),
                    address=request.remote_addr or "",
                )
            )
        except REFUSALS as error:
            places = {"invalid_credentials": "current_password"}
            return page.render(password_form=Form.refused(error, places))
        return see_other("pages.settings.show", notice="password-changed")

    return pages
