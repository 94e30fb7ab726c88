"""The one page of settings, with whichever of its forms was refused."""

from flask import render_template

from application.organizations.list_members import ListMembers, ListMembersRequest
from domain.organization import Invitation, Role
from domain.retention import SHORTEST_DAYS
from entrypoints.http.authentication import current_member, current_organization
from entrypoints.http.pages.forms import Form

_UNTOUCHED = Form()


class SettingsPage:
    """Renders the page; ``invitation_link`` is shown this once."""

    def __init__(self, run_list_members: ListMembers, longest_days: int | None) -> None:
        self._run_list_members = run_list_members
        self._longest_days = longest_days

    def render(
        self,
        *,
        password_form: Form = _UNTOUCHED,
        invite_form: Form = _UNTOUCHED,
        members_form: Form = _UNTOUCHED,
        retention_form: Form = _UNTOUCHED,
    ) -> tuple[str, int]:
        forms = {
            "password_form": password_form,
            "invite_form": invite_form,
            "members_form": members_form,
            "retention_form": retention_form,
        }
        return self._rendered(**forms), max(form.status for form in forms.values())

    def render_invited(self, invitation: Invitation, link: str) -> tuple[str, int]:
        """After an invitation, with the link that its reader passes on."""
        return self._rendered(invitation=invitation, invitation_link=link), 201

    def _rendered(self, **shown: Form | Invitation | str) -> str:
        organization = current_organization()
        forms = dict.fromkeys(("password_form", "invite_form", "members_form"), _UNTOUCHED)
        days = organization.retention_days
        forms["retention_form"] = Form(values={"retention_days": "" if days is None else str(days)})
        return render_template(
            "settings/show.html",
            organization=organization,
            people=self._run_list_members(ListMembersRequest(organization_id=organization.id)),
            roles=_assignable(current_member().role),
            longest_days=self._longest_days,
            shortest_days=SHORTEST_DAYS,
            **forms | {name: form for name, form in shown.items() if form is not _UNTOUCHED},
        )


def _assignable(actor: Role) -> list[Role]:
    """The roles that somebody may give, the least powerful first."""
    if not actor.may_manage:
        return []
    return [Role.MEMBER, Role.ADMIN, *([Role.OWNER] if actor is Role.OWNER else [])]
