"""The routes of the application, as its map of addresses has them."""

import re
from dataclasses import dataclass
from functools import cache

from entrypoints.http.access import ROUTES, Access
from tests.http_client import application

A_RANDOM_ID = "0192f3c1-7d3e-7000-8000-00000000abcd"
_VARIABLE = re.compile(r"<[^>]+>")


@dataclass(frozen=True, slots=True)
class Route:
    """One method of one address."""

    method: str
    rule: str
    endpoint: str

    @property
    def access(self) -> Access:
        """Who may call it."""
        return ROUTES[self.endpoint]

    @property
    def path(self) -> str:
        """An address of this rule, under which nothing is found."""
        return _VARIABLE.sub(A_RANDOM_ID, self.rule)

    def __str__(self) -> str:
        return f"{self.method} {self.rule}"


@cache
def all_routes() -> tuple[Route, ...]:
    """All but the answers to OPTIONS and the static files; connects to nothing."""
    with application("postgresql://nobody@127.0.0.1:1/nothing") as app:
        found = [
            Route(method, rule.rule, rule.endpoint)
            for rule in app.url_map.iter_rules()
            for method in (rule.methods or set()) - {"OPTIONS"}
            if rule.endpoint != "static"
        ]
    return tuple(sorted(found, key=str))


def api_routes() -> list[Route]:
    """Those for programs."""
    return [route for route in all_routes() if not route.access.is_page]


def page_routes() -> list[Route]:
    """Those for people."""
    return [route for route in all_routes() if route.access.is_page]
