"""Onboarding, members and invitations."""

from typing import Any

from application.organizations.accept_invitation import AcceptInvitationRequest
from application.organizations.change_member_role import ChangeMemberRoleRequest
from application.organizations.invite_member import InviteMemberRequest
from application.organizations.list_members import ListMembersRequest
from application.organizations.onboard import OnboardRequest
from application.organizations.remove_member import RemoveMemberRequest
from domain.errors import Invalid
from domain.organization import Invitation, Member
from entrypoints.container import Container
from entrypoints.http.api.keys import created_key_document
from entrypoints.http.api.routes import Routes
from entrypoints.http.api.tables import table
from entrypoints.http.authentication import current_member, current_user
from entrypoints.http.cursors import read_name_cursor, write_name_cursor
from entrypoints.http.links import invitation_url
from entrypoints.http.schemas.accounts import OnboardedSchema, OnboardSchema
from entrypoints.http.schemas.lists import NamedPageQuerySchema
from entrypoints.http.schemas.members import (
    AcceptInvitationSchema,
    InvitedSchema,
    JoinedSchema,
    MemberBodySchema,
    MemberChangeSchema,
    MemberListSchema,
    MemberQuerySchema,
    MemberSchema,
)


def blueprint(container: Container) -> Routes:
    routes = Routes(
        "organizations", __name__, url_prefix="/api/v1", description="Organizations and members"
    )
    run_onboard, run_list_members = container.onboard(), container.list_members()
    run_invite, run_change = container.invite_member(), container.change_member_role()
    run_remove, run_accept = container.remove_member(), container.accept_invitation()
    app_url = container.settings().app_url

    @routes.post("/onboard")
    @routes.arguments(OnboardSchema)
    @routes.response(201, OnboardedSchema)
    @routes.problems(409)
    def onboard(body: dict[str, Any]) -> dict[str, Any]:
        """Create an organization, with its first API key."""
        created = run_onboard(OnboardRequest(user=current_user().user, **body))
        return {
            "organization": created.organization,
            "role": created.role,
            "api_key": created_key_document(created.created_key),
        }

    @routes.get("/members")
    @routes.arguments(NamedPageQuerySchema, location="query")
    @table(routes, MemberListSchema, "Members and invitations", name="truecompute-members")
    def list_members(query: dict[str, Any]) -> dict[str, Any]:
        """Members and open invitations, by e-mail address."""
        people = run_list_members(
            ListMembersRequest(
                organization_id=current_member().organization_id,
                after=read_name_cursor(query["cursor"]) if query["cursor"] else None,
                limit=query["limit"],
            )
        )
        rows = [_member(each) for each in people.members]
        rows += [_invitation(each) for each in people.invitations]
        return {
            "data": sorted(rows, key=lambda row: str(row["email"])),
            "next_cursor": write_name_cursor(people.next) if people.next else None,
        }

    @routes.post("/members")
    @routes.arguments(MemberChangeSchema)
    @routes.response(201, InvitedSchema)
    @routes.problems(409)
    def invite_member(body: dict[str, Any]) -> dict[str, Any]:
        """Invite an e-mail address; whoever has it joins by the link."""
        invited = run_invite(InviteMemberRequest(actor=current_member(), **body))
        url = invitation_url(app_url, invited.token)
        return _invitation(invited.invitation) | {"invitation_url": url}

    @routes.patch("/members")
    @routes.arguments(MemberChangeSchema)
    @routes.response(200, MemberSchema)
    @routes.problems(404, 409)
    def change_member(body: dict[str, Any]) -> dict[str, Any]:
        """Give a member another role."""
        return _member(run_change(ChangeMemberRoleRequest(actor=current_member(), **body)))

    @routes.delete("/members")
    @routes.arguments(MemberQuerySchema, location="query")
    @routes.arguments(MemberBodySchema, required=False)
    @routes.response(204)
    @routes.problems(404, 409)
    def remove_member(query: dict[str, Any], body: dict[str, Any]) -> None:
        """Remove a member, or withdraw an invitation: by `email` in the query or in the body."""
        email = query["email"] or body.get("email")
        if not email:
            raise Invalid.at("/email", "is missing")
        run_remove(RemoveMemberRequest(actor=current_member(), email=email))

    @routes.post("/invitations/accept")
    @routes.arguments(AcceptInvitationSchema)
    @routes.response(200, JoinedSchema)
    @routes.problems(404, 409)
    def accept_invitation(body: dict[str, Any]) -> Member:
        """Join the organization that sent an invitation."""
        return run_accept(AcceptInvitationRequest(user=current_user().user, **body))

    return routes


def _member(member: Member) -> dict[str, Any]:
    return {
        "id": member.user_id,
        "email": member.email,
        "name": member.name,
        "role": member.role,
        "status": "active",
        "joined_at": member.joined_at,
        "invitation_expires_at": None,
    }


def _invitation(invitation: Invitation) -> dict[str, Any]:
    return {
        "id": invitation.id,
        "email": invitation.email,
        "name": None,
        "role": invitation.role,
        "status": "invited",
        "joined_at": None,
        "invitation_expires_at": invitation.expires_at,
    }
