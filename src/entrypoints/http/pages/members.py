"""Who belongs to the organization: inviting, roles, removing."""

from flask import Blueprint
from werkzeug.wrappers import Response

from application.organizations.change_member_role import ChangeMemberRoleRequest
from application.organizations.invite_member import InviteMemberRequest
from application.organizations.remove_member import RemoveMemberRequest
from domain.errors import Invalid
from domain.organization import Role
from entrypoints.container import Container
from entrypoints.http.authentication import current_member
from entrypoints.http.links import invitation_url
from entrypoints.http.pages.forms import REFUSALS, Form, email_address, see_other, text
from entrypoints.http.pages.settings_page import SettingsPage


def add_pages(pages: Blueprint, container: Container, page: SettingsPage) -> None:
    """The forms about members, all on the page of settings."""
    run_invite, run_change_role = container.invite_member(), container.change_member_role()
    run_remove, app_url = container.remove_member(), container.settings().app_url

    @pages.post("/members")
    def invite() -> tuple[str, int]:
        try:
            invited = run_invite(
                InviteMemberRequest(actor=current_member(), email=email_address(), role=_role())
            )
        except REFUSALS as error:
            return page.render(invite_form=Form.refused(error, {"already_member": "email"}))
        # The link stands in this answer and nowhere else.
        return page.render_invited(invited.invitation, invitation_url(app_url, invited.token))

    @pages.post("/roles")
    def change_role() -> Response | tuple[str, int]:
        try:
            run_change_role(
                ChangeMemberRoleRequest(actor=current_member(), email=text("email"), role=_role())
            )
        except REFUSALS as error:
            return page.render(members_form=Form.refused(error))
        return see_other("pages.settings.show", notice="role-changed")

    @pages.post("/removals")
    def remove_member() -> Response | tuple[str, int]:
        try:
            run_remove(RemoveMemberRequest(actor=current_member(), email=text("email")))
        except REFUSALS as error:
            return page.render(members_form=Form.refused(error))
        withdrawn = text("status") == "invited"
        notice = "invitation-withdrawn" if withdrawn else "member-removed"
        return see_other("pages.settings.show", notice=notice)


def _role() -> Role:
    try:
        return Role(text("role"))
    except ValueError:
        raise Invalid.at("/role", "must be of those listed") from None
