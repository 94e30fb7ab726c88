"""Members, roles and passwords through forms, by those who may and those who may not."""

import pytest
from flask import Flask

from tests.http_client import PASSWORD, Team, log_in, new_email
from tests.integration.http.browsing import Browser, newcomer

BUDGETS, NEW_BUDGET = "/dashboard/budgets", "/dashboard/budgets/new"
KEYS, NEW_KEY = "/dashboard/keys", "/dashboard/keys/new"


@pytest.fixture
def owner(team: Team) -> Browser:
    return Browser(team.owner.client)


@pytest.fixture
def member(team: Team) -> Browser:
    return Browser(team.hire("member").client)


def test_an_invitation_link_is_shown_once_and_can_be_withdrawn(app: Flask, owner: Browser) -> None:
    email = new_email()
    page = owner.submit("/settings/members", on="/settings", email=email, role="member")
    assert page.status == 201
    path = "/invitations/" + page.texts["invitation-link"].rpartition("/")[2]
    assert newcomer(app).open(path).status == 200
    assert path not in owner.open("/settings").html
    withdrawn = owner.submit("/settings/removals", on="/settings", email=email, status="invited")
    assert withdrawn.location == "/settings?notice=invitation-withdrawn"
    assert newcomer(app).open(path).status == 404


def test_roles_change_and_members_go(team: Team, owner: Browser) -> None:
    person = team.hire("member")
    path, form = "/settings", {"email": person.email}
    assert owner.submit("/settings/roles", on=path, **form, role="admin").status == 303
    assert NEW_KEY in Browser(person.client).open(KEYS).links
    gone = owner.submit("/settings/removals", on=path, **form, status="active")
    assert gone.location == "/settings?notice=member-removed"
    assert Browser(person.client).open("/dashboard").location == "/onboarding"


def test_the_last_owner_stays(team: Team, owner: Browser) -> None:
    for target in ("roles", "removals"):
        form = {"email": team.owner.email, "role": "member"}
        page = owner.submit(f"/settings/{target}", on="/settings", **form)
        assert page.status == 409
        assert "at least one owner" in page.text


def test_wrong_input_about_members_is_said(team: Team, owner: Browser) -> None:
    def invite(**form: str) -> tuple[int, str]:
        page = owner.submit("/settings/members", on="/settings", **form)
        return page.status, page.texts.get("email-error", page.text)

    assert invite(email="nonsense", role="member") == (422, "Must be an e-mail address.")
    assert invite(email=new_email(), role="king")[0] == 422
    status, said = invite(email=team.owner.email, role="member")
    assert (status, "is a member already" in said) == (409, True)


def test_an_admin_is_offered_no_owners_matters(team: Team) -> None:
    admin = Browser(team.hire("admin").client)
    page = admin.open("/settings")
    assert "owner" not in {its.get("value") for _, its in page.elements}
    form = {"email": new_email(), "role": "owner"}
    assert admin.submit("/settings/members", on="/settings", **form).status == 403


def test_a_member_sees_no_button_that_is_not_theirs(team: Team, member: Browser) -> None:
    team.owner.client.post("/api/v1/budgets", json={"name": "All", "limit_usd": "1"})
    own = {"/signout", "/settings/password", "/theme"}
    for path in (BUDGETS, KEYS, "/settings"):
        page = member.open(path)
        assert page.status == 200
        assert set(page.forms) <= own
        assert not [link for link in page.links if link.startswith((NEW_KEY, NEW_BUDGET))]
    for path in (NEW_BUDGET, NEW_KEY):
        refused = member.open(path)
        assert refused.status == 403
        assert "Only an owner or admin may do this." in refused.text


def test_a_changed_password_ends_every_other_session(app: Flask, team: Team) -> None:
    here, there = Browser(team.owner.client), Browser(log_in(app, team.owner.email))
    wrong = here.submit(
        "/settings/password", on="/settings", current_password="wrong", new_password=PASSWORD * 2
    )
    assert wrong.status == 401
    assert wrong.error("current_password") == "The current password is wrong."
    form = {"current_password": PASSWORD, "new_password": "short"}
    short = here.submit("/settings/password", on="/settings", **form)
    assert (short.status, "12 to 1024" in short.error("new_password")) == (422, True)
    assert PASSWORD not in short.html
    form["new_password"] = f"{PASSWORD} again"
    done = here.submit("/settings/password", on="/settings", **form)
    assert done.location == "/settings?notice=password-changed"
    assert here.open("/settings").status == 200
    assert there.open("/settings").location == "/login?next=/settings"


def test_reloading_where_a_form_was_refused_leads_back(owner: Browser) -> None:
    for form in ("password", "members", "roles", "removals"):
        assert owner.open(f"/settings/{form}").location == "/settings"


def test_only_our_own_notices_are_shown(owner: Browser) -> None:
    assert "The budget is in force." in owner.open(f"{BUDGETS}?notice=budget-created").text
    assert "Call this number" not in owner.open(f"{BUDGETS}?notice=Call this number").text


def test_how_long_calls_are_kept_is_said_and_changed(owner: Browser) -> None:
    assert "kept for good" in owner.open("/settings").text
    form = {"retention_days": "120", "understood": "yes"}
    saved = owner.submit("/settings/retention", on="/settings", **form)
    assert saved.location == "/settings?notice=retention-changed"
    page = owner.open("/settings")
    assert "kept for 120 days" in page.text
    owner.submit("/settings/retention", on="/settings", retention_days="")
    assert "kept for 120 days" not in owner.open("/settings").text


@pytest.mark.parametrize(
    ("form", "where", "said"),
    [
        ({"retention_days": "89", "understood": "yes"}, "retention_days-error", "90 to 36500"),
        ({"retention_days": "1.5", "understood": "yes"}, "retention_days-error", "whole number"),
        ({"retention_days": "120"}, "understood-error", "does not come back"),
    ],
)
def test_a_retention_that_would_surprise_is_refused(
    owner: Browser, form: dict[str, str], where: str, said: str
) -> None:
    page = owner.submit("/settings/retention", on="/settings", **form)
    assert page.status == 422
    assert said in page.texts[where]
    assert f'value="{form["retention_days"]}"' in page.html


def test_a_member_sees_the_retention_and_has_no_form(member: Browser) -> None:
    page = member.open("/settings")
    assert "kept for good" in page.text
    assert 'name="retention_days"' not in page.html
