"""Money set aside before a call."""

from datetime import timedelta
from typing import Any

import msgspec

from application.budgets.release_reservation import ReleaseReservationRequest
from application.budgets.reserve_request import ReserveRequest
from domain.budget_scope import Attribution
from domain.providers import canonical_provider
from domain.reserving import Reserved
from domain.tags import check_tags
from entrypoints.container import Container
from entrypoints.http.api.routes import Routes, sent_json
from entrypoints.http.authentication import current_key
from entrypoints.http.event_values import read_tags
from entrypoints.http.problems import MEDIA_TYPE
from entrypoints.http.schemas.reservations import (
    BudgetExceededSchema,
    ReservationSchema,
    ReserveSchema,
)

_AMOUNTS = ("estimate_usd", "input_tokens", "max_output_tokens")


def blueprint(container: Container) -> Routes:
    routes = Routes(
        "reservations",
        __name__,
        url_prefix="/api/v1/reservations",
        description="Hard limits: money is set aside before a call",
    )
    run_reserve, run_release = container.reserve(), container.release_reservation()

    @routes.post("")
    @routes.arguments(ReserveSchema)
    @routes.response(201, ReservationSchema)
    @routes.alt_response(
        402,
        schema=BudgetExceededSchema,
        description="A budget that blocks has no room",
        content_type=MEDIA_TYPE,
    )
    def reserve(body: dict[str, Any]) -> dict[str, Any]:
        """Reserve an estimate in all budgets that block and apply, or in none."""
        return _document(run_reserve(_request(body)))

    @routes.delete("/<uuid:reservation_id>")
    @routes.response(204)
    @routes.problems(404)
    def release(reservation_id: object) -> None:
        """Give back what is reserved for a call that is not made."""
        run_release(
            ReleaseReservationRequest(
                organization_id=current_key().organization_id, reservation_id=str(reservation_id)
            )
        )

    return routes


def _request(body: dict[str, Any]) -> ReserveRequest:
    key, provider = current_key(), body.get("provider")
    tags = _tags_as_sent() if body.get("tags") else {}
    check_tags(tags, "/tags")
    attribution = Attribution(
        provider=None if provider is None else canonical_provider(provider, body.get("api_base")),
        api_key=key.id,
        tags=tags,
        **{name: body.get(name) for name in ("model", "project", "environment", "user")},
    )
    amounts = {name: body[name] for name in _AMOUNTS if body.get(name) is not None}
    if "expires_in_s" in body:
        amounts["expires_in"] = timedelta(seconds=body["expires_in_s"])
    return ReserveRequest(organization_id=key.organization_id, attribution=attribution, **amounts)


class _Sent(msgspec.Struct):
    tags: dict[str, msgspec.Raw]


_SENT = msgspec.json.Decoder(_Sent)


def _tags_as_sent() -> dict[str, str]:
    """As those of an event: a number is what it was written like."""
    return read_tags(_SENT.decode(sent_json()).tags)


def _document(reserved: Reserved) -> dict[str, Any]:
    reservation = reserved.reservation
    return {
        "id": reservation.id,
        "estimate_usd": reservation.estimate_usd,
        "expires_at": reservation.expires_at,
        "budgets": [
            {"id": budget_id, "remaining_usd": room}
            for budget_id, room in reserved.room_usd.items()
        ],
    }
