"""One call, with its cost explained and what happened around it."""

from collections.abc import Iterable

import msgspec
from flask import Blueprint, render_template

from application.keys.list_keys import ListKeysRequest
from application.reports.explain_event import ExplainEventRequest
from application.reports.follow_call import FollowCallRequest
from domain.api_key import ApiKey
from domain.event import Event
from entrypoints.container import Container
from entrypoints.http.authentication import current_organization
from entrypoints.http.schemas.events import notes_of

_MOST_KEYS = 500
_ENCODER = msgspec.json.Encoder(decimal_format="number")


def add_pages(pages: Blueprint, container: Container) -> None:
    """``/dashboard/queries/<id>``"""
    run_explain_event, run_follow_call = container.explain_event(), container.follow_call()
    run_list_keys = container.list_keys()

    @pages.get("/queries/<event_id:event_id>")
    def query(event_id: str) -> str:
        organization_id = current_organization().id
        explained = run_explain_event(
            ExplainEventRequest(organization_id=organization_id, event_id=event_id)
        )
        event = explained.event
        keys = run_list_keys(ListKeysRequest(organization_id=organization_id, limit=_MOST_KEYS))
        return render_template(
            "dashboard/query.html",
            event=event,
            reported=event.reported,
            explanation=explained.explanation,
            also_reported_as=explained.also_reported_as,
            price=event.cost.quote,
            notes=notes_of(event),
            provider_usage=_readable(event),
            key=_key_of(event, keys),
            trail=run_follow_call(FollowCallRequest(event=event)),
        )


def _readable(event: Event) -> str | None:
    """The provider's own usage object, indented, its numbers as they were sent."""
    original = event.reported.provider_usage
    if original is None:
        return None
    return msgspec.json.format(_ENCODER.encode(original), indent=2).decode()


def _key_of(event: Event, keys: Iterable[ApiKey]) -> ApiKey | None:
    return next((key for key in keys if key.id == event.api_key_id), None)
