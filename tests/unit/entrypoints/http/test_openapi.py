"""The OpenAPI document is valid, and describes the routes that there are and no others."""

import json
import re
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from domain.api_key import Scope
from entrypoints.http.access import Access, Who
from tests.http_client import application
from tests.http_routes import Route, api_routes

DESCRIBED = [
    route
    for route in api_routes()
    if route.method != "HEAD" and not route.endpoint.startswith(("reference.", "metrics."))
]


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    with application("postgresql://nobody@127.0.0.1:1/nothing") as app:
        found: dict[str, Any] = json.loads(app.test_client().get("/openapi.json").data)
    return found


def operation(document: dict[str, Any], route: Route) -> dict[str, Any]:
    path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", route.rule)
    found: dict[str, Any] = document["paths"][path][route.method.lower()]
    return found


def test_the_document_is_openapi_3_1(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1.")
    assert list(OpenAPIV31SpecValidator(document).iter_errors()) == []


def test_it_describes_every_route_of_the_api_and_nothing_else(document: dict[str, Any]) -> None:
    described = {
        each["operationId"]
        for item in document["paths"].values()
        for method, each in item.items()
        if method != "parameters"
    }
    assert described == {route.endpoint for route in DESCRIBED}
    assert sum(len(item.keys() - {"parameters"}) for item in document["paths"].values()) == len(
        DESCRIBED
    )


@pytest.mark.parametrize("route", DESCRIBED, ids=str)
def test_an_operation_says_who_may_call_it(document: dict[str, Any], route: Route) -> None:
    named = {name for each in operation(document, route)["security"] for name in each}
    assert named == _credentials(route.access)
    responses = operation(document, route)["responses"]
    assert route.access.who is Who.ANYONE or {"401", "403"} <= responses.keys()


def _credentials(access: Access) -> set[str]:
    takes = {"session": access.takes_session, "api_key": access.takes_key}
    return {name for name, is_taken in takes.items() if is_taken}


#: The second is a problem document with members of its own.
PROBLEMS = {f"#/components/schemas/{name}" for name in ("Problem", "BudgetExceeded")}


@pytest.mark.parametrize("route", DESCRIBED, ids=str)
def test_every_error_is_a_problem_document(document: dict[str, Any], route: Route) -> None:
    responses = operation(document, route)["responses"]
    errors = {status: each for status, each in responses.items() if int(status) >= 400}
    assert {"400", "503"} <= errors.keys()
    for each in errors.values():
        (media_type,) = each["content"]
        assert media_type == "application/problem+json"
        assert each["content"][media_type]["schema"]["$ref"] in PROBLEMS
        assert each["description"]


@pytest.mark.parametrize("route", DESCRIBED, ids=str)
def test_an_operation_says_what_it_does_and_answers(document: dict[str, Any], route: Route) -> None:
    described = operation(document, route)
    assert described["summary"].endswith(".")
    succeeded = [each for status, each in described["responses"].items() if status < "300"]
    assert len(succeeded) == 1
    assert succeeded[0]["description"]


def test_bodies_are_closed_and_events_open(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    for route in DESCRIBED:
        body = operation(document, route).get("requestBody")
        if body and route.access.scope is not Scope.INGEST:
            name = body["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
            assert schemas[name]["additionalProperties"] is False, name
    assert schemas["EventMessage"].get("additionalProperties", True) is True


def test_no_schema_is_left_over(document: dict[str, Any]) -> None:
    referred = set(re.findall(r'"#/components/schemas/(\w+)"', json.dumps(document)))
    assert referred == document["components"]["schemas"].keys()


def test_no_schema_is_without_a_word(document: dict[str, Any]) -> None:
    """Only the provider's own usage object may hold anything at all."""
    vague = {
        f"{name}.{field}"
        for name, schema in document["components"]["schemas"].items()
        for field, each in schema.get("properties", {}).items()
        if not each.keys() & {"type", "enum", "$ref", "anyOf"}
    }
    assert vague == {"Event.provider_usage", "ExplainedEvent.provider_usage"}


def test_the_same_is_there_to_read(document: dict[str, Any]) -> None:
    with application("postgresql://nobody@127.0.0.1:1/nothing") as app:
        page = app.test_client().get("/docs")
    assert page.status_code == 200
    assert page.mimetype == "text/html"
    for path in document["paths"]:
        assert path in page.text
