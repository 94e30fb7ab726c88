"""Signing up without an invitation, where that is allowed."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask import make_response as answer
from werkzeug.wrappers import Response

from application.accounts.sign_up import SignUpRequest
from entrypoints.container import Container
from entrypoints.http.authentication import visitor
from entrypoints.http.cookies import set_session
from entrypoints.http.pages.forms import REFUSALS, Form, email_address, see_other, text


def add_pages(pages: Blueprint, container: Container) -> None:
    """``/signup``; with an invitation in its address it leads to the invitation's own page."""
    run_sign_up = container.sign_up()

    @pages.route("/signup", methods=["GET", "POST"])
    def signup() -> Response | tuple[str, int]:
        if request.method == "GET":
            return _elsewhere() or _form_page(Form())
        try:
            opened = run_sign_up(
                SignUpRequest(
                    email=email_address(),
                    password=text("password"),
                    name=text("name").strip() or None,
                )
            )
        except REFUSALS as error:
            return _form_page(Form.refused(error, {"email_taken": "email"}))
        return set_session(answer(see_other("pages.accounts.onboarding")), opened.token)


def _elsewhere() -> Response | None:
    if invitation := request.args.get("invitation"):
        return redirect(url_for("pages.accounts.invitation", token=invitation))
    return redirect(url_for("pages.dashboard.overview")) if visitor() else None


def _form_page(form: Form) -> tuple[str, int]:
    return render_template("accounts/signup.html", form=form), form.status
