"""Signing in and out, and the entrance."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask import make_response as answer
from werkzeug.wrappers import Response

from application.accounts.log_in import LogInRequest
from application.accounts.sign_out import SignOutRequest
from domain.errors import TooManyRequests
from entrypoints.container import Container
from entrypoints.http.authentication import current_user, visitor
from entrypoints.http.cookies import clear_session, session_token, set_session
from entrypoints.http.pages import invitations, onboarding, sign_up
from entrypoints.http.pages.forms import REFUSALS, Form, see_other, text
from entrypoints.http.pages.next_page import after_sign_in, safe_next


def accounts_pages(container: Container) -> Blueprint:
    """``pages.accounts.*``"""
    pages = Blueprint("accounts", __name__)
    run_log_in, run_sign_out = container.log_in(), container.sign_out()
    for part in (sign_up, invitations, onboarding):
        part.add_pages(pages, container)

    @pages.get("/")
    def home() -> Response:
        entrance = "pages.dashboard.overview" if visitor() else "pages.accounts.login"
        return redirect(url_for(entrance))

    @pages.route("/login", methods=["GET", "POST"])
    def login() -> Response:
        if request.method == "GET":
            return redirect(after_sign_in()) if visitor() else _login_page(Form())
        try:
            opened = run_log_in(_log_in_request())
        except TooManyRequests as error:
            refusal = _login_page(Form.refused(error))
            refusal.headers["Retry-After"] = str(error.retry_after_s)
            return refusal
        except REFUSALS as error:
            return _login_page(Form.refused(error))
        return set_session(answer(redirect(after_sign_in(), code=303)), opened.token)

    @pages.post("/signout")
    def signout() -> Response:
        run_sign_out(SignOutRequest(token=current_user().token))
        return clear_session(answer(see_other("pages.accounts.login")))

    return pages


def _log_in_request() -> LogInRequest:
    return LogInRequest(
        email=text("email").strip(),
        password=text("password"),
        address=request.remote_addr or "",
        previous_token=session_token(),
    )


def _login_page(form: Form) -> Response:
    target = safe_next(request.values.get("next"))
    page = render_template("accounts/login.html", form=form, next=target)
    return answer(page, form.status)
