"""The OpenAPI document for programs, and the same to read."""

from functools import cache
from itertools import groupby
from typing import Any

from flask import Blueprint, Response, current_app, jsonify, render_template
from flask_smorest import Api

from entrypoints.http.access import ROUTES, Access, Who
from entrypoints.http.openapi import completed, operations_of
from entrypoints.http.texts import gettext, mark

_WHO = {
    Who.ANYONE: mark("Open to anybody."),
    Who.USER: mark("With a session."),
    Who.MEMBER: mark("With a session of a member."),
    Who.MANAGER: mark("With a session of an owner or admin."),
    Who.KEY: mark("With an API key."),
    Who.MEMBER_OR_KEY: mark("With a session of a member, or an API key."),
}
_SCOPED = {
    Who.KEY: mark("With an API key of the scope '%(scope)s'."),
    Who.MEMBER_OR_KEY: mark("With a session of a member, or an API key of the scope '%(scope)s'."),
}


def reference_blueprint(api: Api) -> Blueprint:
    """``/openapi.json`` and the same to read at ``/docs``."""
    routes = Blueprint("reference", __name__)

    @cache
    def document() -> dict[str, Any]:
        return completed(api.spec.to_dict(), current_app)

    @routes.get("/openapi.json")
    def openapi() -> Response:
        return jsonify(document())

    @routes.get("/docs")
    def docs() -> str:
        spec = document()
        shown = {"groups": _groups(spec), "schemas": spec["components"]["schemas"]}
        return render_template("reference.html", **shown)

    return routes


def _groups(spec: dict[str, Any]) -> list[tuple[str, list[dict[str, Any]]]]:
    """Operations by their tag, in the order of the document."""
    shown = [_shown(path, method, each) for path, method, each in operations_of(spec)]
    return [(tag, list(each)) for tag, each in groupby(shown, key=lambda each: each["tag"])]


def _shown(path: str, method: str, operation: dict[str, Any]) -> dict[str, Any]:
    endpoint = operation["operationId"]
    return {
        "id": endpoint.replace(".", "-"),
        "tag": operation["tags"][0],
        "method": method.upper(),
        "path": path,
        "summary": operation.get("summary", ""),
        "description": operation.get("description", ""),
        "access": _access(ROUTES[endpoint]),
        "parameters": operation["parameters"],
        "body": operation.get("requestBody"),
        "responses": operation["responses"],
    }


def _access(access: Access) -> str:
    if access.scope:
        return gettext(_SCOPED[access.who], scope=access.scope)
    return gettext(_WHO[access.who])
