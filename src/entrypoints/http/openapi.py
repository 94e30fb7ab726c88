"""The OpenAPI document: flask-smorest's, completed from the table of routes."""

import re
from collections.abc import Iterator
from typing import Any

from flask import Flask
from flask_smorest import Api
from marshmallow import fields, validate

from domain.money import MOST_USD
from entrypoints.http.access import ROUTES, Access, Who
from entrypoints.http.api.routes import words_for
from entrypoints.http.openapi_events import event_schemas
from entrypoints.http.problems import MEDIA_TYPE
from entrypoints.http.schemas.budgets import UnpricedPolicy
from entrypoints.http.schemas.fields import (
    DECIMAL,
    AnyEmail,
    EmailAddress,
    Text,
    Timestamp,
    Usd,
    WholeNumber,
)
from entrypoints.http.schemas.series import ChangesSchema, SeriesSchema
from entrypoints.http.schemas.usage import (
    GroupsSchema,
    ModelsSchema,
    OverviewSchema,
    ProvidersSchema,
    QueriesSchema,
)
from entrypoints.version import VERSION

SPEC_OPTIONS = {
    "API_TITLE": "TrueCompute",
    "API_VERSION": VERSION,
    "OPENAPI_VERSION": "3.1.0",
}

_METHODS = ("get", "post", "put", "patch", "delete")
_PROBLEM_REF = {"$ref": "#/components/schemas/Problem"}
_VIEWS = [
    OverviewSchema,
    ProvidersSchema,
    ModelsSchema,
    GroupsSchema,
    QueriesSchema,
    SeriesSchema,
    ChangesSchema,
]


def table_answer(schema: Any, description: str) -> dict[str, Any]:
    """What a route answers that has its rows as a file, too."""
    content = {
        "application/json": {"schema": schema},
        "text/csv": {"schema": {"type": "string"}},
    }
    return {"200": {"description": description, "content": content}}


USAGE_ANSWER = table_answer({"anyOf": _VIEWS}, "The view that was asked for")


def describe_fields(api: Api) -> None:
    """Tell apispec what our field types look like; before any blueprint is registered."""
    for text in (Text, AnyEmail, EmailAddress):
        api.register_field(text, "string", None)
    api.register_field(WholeNumber, "integer", None)
    api.register_field(Timestamp, "string", "date-time")
    api.register_field(Usd, "string", "decimal")
    api.register_field(UnpricedPolicy, fields.Raw)
    api.ma_plugin.converter.add_attribute_function(_dollars)
    api.ma_plugin.converter.add_attribute_function(_entries)


def _dollars(_: Any, field: Any, **__: Any) -> dict[str, Any]:
    if not isinstance(field, Usd):
        return {}
    if not field.metadata.get("accepts_number"):
        return {"pattern": DECIMAL}
    ranges = [its for its in field.validators if isinstance(its, validate.Range)]
    least = "minimum" if all(its.min_inclusive for its in ranges) else "exclusiveMinimum"
    most = min((its.max for its in ranges), default=MOST_USD)
    return {"type": ["string", "number"], least: 0, "maximum": int(most)}


def _entries(_: Any, field: Any, ret: dict[str, Any], **__: Any) -> dict[str, Any]:
    """The bound of a mapping counts its entries, where apispec takes it for a text's length."""
    if isinstance(field, fields.Dict) and "maxLength" in ret:
        return {"maxProperties": ret.pop("maxLength")}
    return {}


def completed(spec: dict[str, Any], app: Flask) -> dict[str, Any]:
    """The document with what apispec cannot know: who may call, and which errors any route has."""
    components = spec.setdefault("components", {})
    components["securitySchemes"] = {
        "session": {"type": "apiKey", "in": "cookie", "name": "tc_session"},
        "api_key": {"type": "http", "scheme": "bearer", "bearerFormat": "tc_live_..."},
    }
    schemas = components.setdefault("schemas", {})
    schemas.update(event_schemas())
    # flask-smorest's own, which no route of ours uses.
    schemas.pop("PaginationMetadata", None)
    endpoints = _endpoints(app)
    for path, method, operation in operations_of(spec):
        endpoint = endpoints[path, method]
        operation["operationId"] = endpoint
        _complete(operation, ROUTES[endpoint], method, has_path_parameter="{" in path)
        _close_body(operation, schemas)
    components["responses"] = {}
    return spec


def _endpoints(app: Flask) -> dict[tuple[str, str], str]:
    return {
        (re.sub(r"<(?:[^:>]+:)?([^>]+)>", r"{\1}", rule.rule), method.lower()): rule.endpoint
        for rule in app.url_map.iter_rules()
        for method in rule.methods or ()
    }


def operations_of(spec: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Path, method and description of every operation."""
    for path, item in spec["paths"].items():
        for method in _METHODS:
            if method in item:
                yield path, method, item[method]


def _complete(
    operation: dict[str, Any], access: Access, method: str, *, has_path_parameter: bool
) -> None:
    schemes = ["session"] * access.takes_session + ["api_key"] * access.takes_key
    operation["security"] = [{scheme: []} for scheme in schemes]
    visible = [each for each in operation.get("parameters", ()) if each.get("name") != "tags"]
    operation["parameters"] = visible
    responses = operation["responses"]
    responses.pop("default", None)
    for status in _statuses(operation, access, method, has_path_parameter=has_path_parameter):
        responses[str(status)] = {
            "description": words_for(status),
            "content": {MEDIA_TYPE: {"schema": _PROBLEM_REF}},
        }


def _statuses(
    operation: dict[str, Any], access: Access, method: str, *, has_path_parameter: bool
) -> set[int]:
    """What any route of this kind may answer besides what its view documents."""
    statuses = {400, 503}
    if access.who is not Who.ANYONE:
        statuses |= {401, 403}
    if method != "get":
        statuses.add(403)  # a cross-site request
    if "requestBody" in operation:
        statuses |= {413, 415, 422}
    if any(each.get("in") == "query" for each in operation["parameters"]):
        statuses.add(422)
    if has_path_parameter:
        statuses.add(404)
    return statuses


def _close_body(operation: dict[str, Any], schemas: dict[str, Any]) -> None:
    """Bodies refuse unknown fields, all but an event."""
    content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    name = content.get("schema", {}).get("$ref", "").rpartition("/")[2]
    if name:
        schemas[name]["additionalProperties"] = False
