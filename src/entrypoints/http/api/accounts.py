"""Signing up, in and out."""

from typing import Any

from flask import Response, jsonify, request

from application.accounts.change_password import ChangePasswordRequest
from application.accounts.log_in import LogInRequest
from application.accounts.session_opening import OpenedSession
from application.accounts.sign_out import SignOutRequest
from application.accounts.sign_up import SignUpRequest
from entrypoints.container import Container
from entrypoints.http.api.routes import Routes
from entrypoints.http.authentication import current_user
from entrypoints.http.cookies import clear_session, session_token, set_session
from entrypoints.http.schemas.accounts import (
    ChangePasswordSchema,
    LogInSchema,
    MeSchema,
    SignedInSchema,
    SignUpSchema,
)


def blueprint(container: Container) -> Routes:
    routes = Routes("accounts", __name__, url_prefix="/api/auth", description="Accounts")
    run_sign_up, run_log_in = container.sign_up(), container.log_in()
    run_sign_out, run_change_password = container.sign_out(), container.change_password()

    @routes.post("/signup")
    @routes.arguments(SignUpSchema)
    @routes.response(201, SignedInSchema)
    @routes.problems(403, 404, 409)
    def sign_up(body: dict[str, Any]) -> Response:
        """Create a user and sign them in."""
        return _opened(run_sign_up(SignUpRequest(**body)), 201)

    @routes.post("/login")
    @routes.arguments(LogInSchema)
    @routes.response(200, SignedInSchema)
    @routes.problems(401, 429)
    def log_in(body: dict[str, Any]) -> Response:
        """Sign in with e-mail address and password."""
        asked = LogInRequest(
            **body, address=request.remote_addr or "", previous_token=session_token()
        )
        return _opened(run_log_in(asked), 200)

    @routes.post("/signout")
    @routes.response(204)
    def sign_out() -> Response:
        """End this session, on the server too."""
        run_sign_out(SignOutRequest(token=current_user().token))
        return clear_session(Response(status=204))

    @routes.post("/password")
    @routes.arguments(ChangePasswordSchema)
    @routes.response(204)
    @routes.problems(429)
    def change_password(body: dict[str, Any]) -> None:
        """Change the password; every other session of the user ends."""
        caller = current_user()
        run_change_password(
            ChangePasswordRequest(
                user=caller.user, token=caller.token, address=request.remote_addr or "", **body
            )
        )

    @routes.get("/me")
    @routes.response(200, MeSchema)
    def me() -> dict[str, Any]:
        """Who is signed in, with their organization and role."""
        caller = current_user()
        return {
            "user": caller.user,
            "organization": caller.organization,
            "role": caller.member.role if caller.member else None,
        }

    return routes


def _opened(opened: OpenedSession, status: int) -> Response:
    response = jsonify(SignedInSchema().dump({"user": opened.user}))
    response.status_code = status
    return set_session(response, opened.token)
