"""The first run: an organization gets its name, and its first key is shown once."""

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from application.organizations.onboard import OnboardRequest
from domain.errors import Conflict
from entrypoints.container import Container
from entrypoints.http.authentication import current_user
from entrypoints.http.pages.forms import REFUSALS, Form, text
from entrypoints.http.pages.snippets import reachable_url, ways


def add_pages(pages: Blueprint, container: Container) -> None:
    """``/onboarding``; the key stands in the answer of the form itself and nowhere else."""
    run_onboard, app_url = container.onboard(), container.settings().app_url

    @pages.route("/onboarding", methods=["GET", "POST"])
    def onboarding() -> Response | tuple[str, int]:
        if current_user().member is not None:
            return redirect(url_for("pages.dashboard.overview"), code=303)
        if request.method == "GET":
            return _form_page(Form())
        try:
            onboarded = run_onboard(
                OnboardRequest(
                    user=current_user().user, organization_name=text("organization_name")
                )
            )
        except Conflict:
            # Onboarded in another tab a moment ago.
            return redirect(url_for("pages.dashboard.overview"), code=303)
        except REFUSALS as error:
            return _form_page(Form.refused(error))
        secret = onboarded.created_key.secret
        url = reachable_url(app_url, request.host_url)
        page = render_template(
            "accounts/first_key.html",
            organization=onboarded.organization,
            secret=secret,
            ways=ways(url, secret),
        )
        return page, 201


def _form_page(form: Form) -> tuple[str, int]:
    return render_template("accounts/onboarding.html", form=form), form.status
