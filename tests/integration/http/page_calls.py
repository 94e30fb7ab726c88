"""Calls that the tests of pages look at."""

from tests.http_client import an_event
from tests.integration.http.browsing import Page

#: Two models of one provider, one nobody has a price for, and a call that failed.
CALLS = (
    an_event(id="dear", latency_ms=900, usage={"input": 2_000_000, "output": 100}, user="ada"),
    an_event(id="cheap", latency_ms=100, operation="embeddings", tags={"team": "search & find"}),
    an_event(id="other", model="claude-haiku-4-5", project="checkout", latency_ms=5_000),
    an_event(id="unknown", provider="acme", model="no-such-model"),
    an_event(id="failed", status="error", error_code="overloaded", usage=None),
)


def shown_calls(page: Page) -> list[str]:
    """The ids of the calls in a list, in its order."""
    prefix = "/dashboard/queries/"
    return [link.removeprefix(prefix).partition("?")[0] for link in page.links if prefix in link]
