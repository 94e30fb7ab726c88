"""Where an invitation link leads."""

from flask import Blueprint, render_template, request, url_for
from flask import make_response as answer
from werkzeug.wrappers import Response

from application.accounts.sign_up import SignUpRequest
from application.organizations.accept_invitation import AcceptInvitationRequest
from application.organizations.show_invitation import ShowInvitationRequest, ShownInvitation
from domain.errors import Conflict
from entrypoints.container import Container
from entrypoints.http.authentication import current_user
from entrypoints.http.cookies import set_session
from entrypoints.http.pages.forms import REFUSALS, Form, see_other, text


def add_pages(pages: Blueprint, container: Container) -> None:
    """An invited person signs up with it; somebody with an account joins."""
    run_show, run_sign_up = container.show_invitation(), container.sign_up()
    run_accept = container.accept_invitation()

    @pages.route("/invitations/<token>", methods=["GET", "POST"])
    def invitation(token: str) -> Response | tuple[str, int]:
        shown = run_show(ShowInvitationRequest(token=token))
        if request.method == "GET":
            return _page(shown, token, Form())
        try:
            opened = run_sign_up(
                SignUpRequest(
                    email=shown.invitation.email,
                    password=text("password"),
                    name=text("name").strip() or None,
                    invitation=token,
                )
            )
        except Conflict as error:
            if error.code != "email_taken":
                raise
            here = url_for("pages.accounts.invitation", token=token)
            return see_other("pages.accounts.login", notice="has-account", next=here)
        except REFUSALS as error:
            return _page(shown, token, Form.refused(error))
        dashboard = see_other("pages.dashboard.overview", notice="joined")
        return set_session(answer(dashboard), opened.token)

    @pages.post("/invitations/<token>/join")
    def join(token: str) -> Response | tuple[str, int]:
        try:
            run_accept(AcceptInvitationRequest(user=current_user().user, token=token))
        except REFUSALS as error:
            shown = run_show(ShowInvitationRequest(token=token))
            return _page(shown, token, Form.refused(error))
        return see_other("pages.dashboard.overview", notice="joined")


def _page(shown: ShownInvitation, token: str, form: Form) -> tuple[str, int]:
    page = render_template(
        "accounts/invitation.html",
        organization=shown.organization,
        invitation=shown.invitation,
        token=token,
        form=form,
    )
    return page, form.status
