"""Signing up, in and out, invitations and the first run, through forms alone."""

from urllib.parse import urlencode

import pytest
from flask import Flask

from tests.http_client import PASSWORD, Team, an_event, application, bearer, new_email
from tests.integration.http.browsing import Browser, newcomer, signed_up


def session_of(browser: Browser) -> str | None:
    cookie = browser.client.get_cookie("tc_session")
    return cookie.value if cookie else None


def test_the_entrance_leads_to_sign_in_or_to_the_dashboard(app: Flask, team: Team) -> None:
    assert newcomer(app).open("/").location == "/login"
    assert Browser(team.owner.client).open("/").location == "/dashboard"


def test_signing_up_leads_through_onboarding_to_a_key_that_works(app: Flask) -> None:
    browser = signed_up(app, new_email())
    assert browser.open("/dashboard").location == "/onboarding"
    shown = browser.submit("/onboarding", organization_name="Analytical Engines")
    assert shown.status == 201
    key = shown.texts["secret"]
    assert key in shown.texts["command"]
    sent = app.test_client().post("/api/v1/events", json=an_event(), headers=bearer(key))
    assert sent.status_code == 200
    assert "Total cost" in browser.open("/dashboard").text


def test_the_key_is_shown_once(app: Flask) -> None:
    browser = signed_up(app, new_email())
    key = browser.submit("/onboarding", organization_name="Acme").texts["secret"]
    assert browser.open("/onboarding").location == "/dashboard"
    for path in ("/dashboard", "/dashboard/keys", "/settings"):
        assert key not in browser.open(path).html


def test_onboarding_again_in_another_tab_leads_to_the_dashboard(app: Flask) -> None:
    browser = signed_up(app, new_email())
    token = browser.open("/onboarding").value("csrf_token")
    form = {"csrf_token": token, "organization_name": "Acme"}
    assert browser.client.post("/onboarding", data=form).status_code == 201
    again = browser.client.post("/onboarding", data=form)
    assert (again.status_code, again.headers["Location"]) == (303, "/dashboard")


@pytest.mark.parametrize(
    ("fields", "wrong", "said"),
    [
        ({"email": "nonsense"}, "email", "Must be an e-mail address."),
        ({"email": ""}, "email", "Must not be empty."),
        ({"password": "short"}, "password", "Must have 12 to 1024 characters."),
        ({"password": "passwordpassword"}, "password", "common passwords"),
        ({"name": "n" * 500}, "name", "Must have at most"),
        ({"name": "a\0b"}, "name", "NUL"),
    ],
)
def test_a_refused_sign_up_says_why_beside_the_field_and_keeps_what_was_typed(
    app: Flask, fields: dict[str, str], wrong: str, said: str
) -> None:
    browser, typed = newcomer(app), {"name": "Ada", "email": "ada@example.com"} | fields
    page = browser.submit("/signup", **{"password": PASSWORD} | typed)
    assert page.status == 422
    assert said in page.error(wrong)
    assert page.value("email") == typed["email"]
    assert PASSWORD not in page.html
    assert session_of(browser) is None


def test_an_address_that_is_taken_is_a_conflict_beside_its_field(app: Flask, team: Team) -> None:
    page = newcomer(app).submit("/signup", email=team.owner.email, password=PASSWORD)
    assert page.status == 409
    assert "has an account already" in page.error("email")


def test_a_wrong_password_is_not_kept_and_a_right_one_signs_in(app: Flask, team: Team) -> None:
    browser = newcomer(app)
    wrong = browser.submit("/login", email=team.owner.email, password="no such password")
    assert wrong.status == 401
    assert "E-mail or password is wrong." in wrong.text
    assert wrong.value("email") == team.owner.email
    assert "no such password" not in wrong.html
    right = browser.submit("/login", email=team.owner.email, password=PASSWORD)
    assert (right.status, right.location) == (303, "/dashboard")
    assert browser.open("/dashboard").status == 200


def test_too_many_attempts_are_told_how_long_to_wait(app: Flask) -> None:
    browser, email = newcomer(app), new_email()
    for _ in range(10):
        assert browser.submit("/login", email=email, password="wrong").status == 401
    page = browser.submit("/login", email=email, password="wrong")
    assert page.status == 429
    assert "Try again in 15 minutes." in page.text
    assert 0 < int(page.headers["Retry-After"]) <= 900


def test_after_sign_in_one_comes_back_to_a_page_of_ours(app: Flask, team: Team) -> None:
    credentials = {"email": team.owner.email, "password": PASSWORD}
    wanted = "/dashboard/models?days=7&tz=Europe%2FBerlin"
    assert newcomer(app).submit("/login", **credentials, next=wanted).location == wanted
    event = "/dashboard/queries/an%20id"
    assert newcomer(app).submit("/login", **credentials, next=event).location == event


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example/dashboard",
        "/\\evil.example/dashboard",
        "/\t/evil.example/dashboard",
        "javascript:alert(1)",
        "/api/v1/keys",
        "/signout",
        "/no/such/page",
        "dashboard",
        "",
    ],
)
def test_any_other_target_is_dropped(app: Flask, team: Team, target: str) -> None:
    browser = newcomer(app)
    form = browser.open(f"/login?{urlencode({'next': target})}")
    assert "next" not in {found.get("name") for _, found in form.elements}
    page = browser.submit("/login", email=team.owner.email, password=PASSWORD, next=target)
    assert page.location == "/dashboard"


def test_signing_out_ends_the_session_on_the_server_too(app: Flask, team: Team) -> None:
    browser = newcomer(app)
    browser.submit("/login", email=team.owner.email, password=PASSWORD)
    token = session_of(browser)
    assert token is not None
    assert browser.submit("/signout", on="/dashboard").location == "/login"
    browser.client.set_cookie("tc_session", token)
    assert browser.open("/dashboard").location == "/login?next=/dashboard"


def test_a_form_without_its_token_is_refused(app: Flask, team: Team) -> None:
    form = {"email": team.owner.email, "password": PASSWORD}
    answer = app.test_client().post("/login", data=form)
    assert answer.status_code == 403
    assert "This form has expired" in answer.text


def test_closed_sign_up_is_hidden_and_refused_but_open_to_the_invited(
    file_database_url: str, team: Team
) -> None:
    email = new_email()
    token = team.invite(email)
    with application(file_database_url, signup_is_open=False) as closed:
        assert "/signup" not in newcomer(closed).open("/login").links
        page = newcomer(closed).open("/signup")
        assert "by invitation" in page.text
        assert page.forms == []
        browser = newcomer(closed)
        refused = browser.submit("/signup", on="/login", email=new_email(), password=PASSWORD)
        assert refused.status == 403
        joined = browser.submit(f"/invitations/{token}", password=PASSWORD)
        assert joined.location == "/dashboard?notice=joined"


def test_an_invited_person_sees_who_asks_signs_up_and_is_a_member(app: Flask, team: Team) -> None:
    email = new_email()
    path = f"/invitations/{team.invite(email, 'admin')}"
    browser = newcomer(app)
    shown = browser.open(path)
    assert "Join Acme" in shown.text
    assert email in shown.text
    assert "as an admin" in shown.text
    assert browser.submit(path, password="short").error("password")
    done = browser.submit(path, name="Grace", password=PASSWORD)
    assert done.location == "/dashboard?notice=joined"
    assert "Grace" in browser.open("/settings").text
    assert newcomer(app).open(path).status == 404


def test_signing_up_with_an_invitation_leads_to_its_page(app: Flask) -> None:
    assert newcomer(app).open("/signup?invitation=abc").location == "/invitations/abc"


def test_somebody_with_an_account_signs_in_first_comes_back_and_joins(
    app: Flask, team: Team
) -> None:
    email = new_email()
    signed_up(app, email)
    path = f"/invitations/{team.invite(email)}"
    browser = newcomer(app)
    # Whoever forgot that they have an account is told so.
    there = browser.submit(path, password=PASSWORD).location
    assert there is not None
    assert there.startswith("/login?notice=has-account&next=")
    assert "Sign in to join" in browser.open(there).text
    form = {"email": email, "password": PASSWORD, "next": path}
    back = browser.submit("/login", on=there, **form)
    assert back.location == path
    assert browser.open(path).forms[0] == f"{path}/join"
    assert browser.submit(f"{path}/join", on=path).location == "/dashboard?notice=joined"


def test_an_invitation_for_somebody_else_cannot_be_used(app: Flask, team: Team) -> None:
    path = f"/invitations/{team.invite(new_email())}"
    browser = signed_up(app, new_email())
    shown = browser.open(path)
    assert "You are signed in as" in shown.text
    assert f"{path}/join" not in shown.forms
    assert browser.submit(f"{path}/join", on=path).status == 403


def test_somebody_in_an_organization_cannot_join_another(app: Flask, team: Team) -> None:
    member = Browser(team.hire("member").client)
    email = member.client.get("/api/auth/me").json["user"]["email"]  # type: ignore[index]
    other = Browser(signed_up(app, new_email()).client)
    other.submit("/onboarding", organization_name="Other")
    invited = other.submit("/settings/members", on="/settings", email=email, role="member")
    path = "/invitations/" + invited.texts["invitation-link"].rpartition("/")[2]
    assert "You belong to Acme" in member.open(path).text
    assert member.submit(f"{path}/join", on="/settings").status == 409


def test_an_unknown_invitation_is_not_found(app: Flask) -> None:
    page = newcomer(app).open("/invitations/nothing")
    assert page.status == 404
    assert "Ask for a new one" in page.text
