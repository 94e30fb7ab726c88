"""Where every page is that can be opened: one address for each route of a page."""

import re
from dataclasses import dataclass
from enum import Enum, auto

from entrypoints.http.access import Who
from tests.http_routes import Route, page_routes
from tests.integration.pages.furnished import Things

#: Routes of pages that answer with no document of their own, and why they do not.
NO_DOCUMENT = {
    "pages.accounts.home": "leads to the dashboard or to the sign-in page",
    "pages.dashboard.arrival": "tells a script whether anything has come in",
    "pages.dashboard.chart_image": "is a file to keep",
    "pages.settings.back": "leads to the settings where the answer of a form is reloaded",
}
#: A collection, and the variables below it.
_VARIABLES = re.compile(r"([^/<>]+)(?:/<[^>]+>)+")


class Visitor(Enum):
    """Who opens a page."""

    STRANGER = auto()
    #: Signed up, and in no organization yet.
    NEWCOMER = auto()
    OWNER = auto()


@dataclass(frozen=True, slots=True)
class Address:
    """``name`` is for people: the route, or what is looked at beside the routes."""

    name: str
    path: str
    visitor: Visitor = Visitor.OWNER
    status: int = 200


def routes_to_open() -> list[Route]:
    """Every page that can be opened by its address."""
    return [
        route
        for route in page_routes()
        if route.method == "GET" and route.endpoint not in NO_DOCUMENT
    ]


def addresses(things: Things) -> list[Address]:
    """One of each route."""
    return [
        Address(name=route.rule, path=filled(route.rule, things), visitor=_visitor(route))
        for route in routes_to_open()
    ]


def filled(rule: str, things: Things) -> str:
    """The rule with what was furnished in place of its variables.

    Raises:
        LookupError: nothing is there for a variable.
    """

    def fill(match: re.Match[str]) -> str:
        collection = match[1]
        if collection not in things:
            raise LookupError(
                f"no address is known for the page {rule}: let furnish() make one of "
                f"{collection!r}, or say in NO_DOCUMENT why it is no page to look at"
            )
        return f"{collection}/{things[collection]}"

    return _VARIABLES.sub(fill, rule)


def _visitor(route: Route) -> Visitor:
    """Those who find the page; people who are further on are led away from some."""
    who = {Who.ANYONE: Visitor.STRANGER, Who.USER: Visitor.NEWCOMER}
    return who.get(route.access.who, Visitor.OWNER)
