"""Where alerts go, and what went there."""

from typing import Any

from application.notifications.list_channels import ListChannelsRequest
from application.notifications.list_deliveries import ListDeliveriesRequest
from application.notifications.remove_channel import RemoveChannelRequest
from application.notifications.resend_delivery import ResendDeliveryRequest
from application.notifications.rotate_secret import RotateSecretRequest
from application.notifications.set_channel import SetChannelRequest
from application.notifications.try_channel import TryChannelRequest
from domain.channel import Channel, ChannelType
from domain.delivery import Delivery, DeliveryState
from entrypoints.container import Container
from entrypoints.http.api.routes import Routes
from entrypoints.http.api.tables import table
from entrypoints.http.authentication import current_member
from entrypoints.http.schemas.lists import PageQuerySchema, next_cursor
from entrypoints.http.schemas.notifications import (
    ChangeChannelSchema,
    ChannelListSchema,
    ChannelSchema,
    ChannelWithSecretSchema,
    CreateChannelSchema,
    DeliveryListSchema,
    DeliverySchema,
)


def channels_blueprint(container: Container) -> Routes:
    """Channels themselves."""
    routes = Routes("channels", __name__, url_prefix="/api/v1/channels", description="Channels")
    run_list, run_set = container.list_channels(), container.set_channel()
    run_remove, run_rotate = container.remove_channel(), container.rotate_secret()

    @routes.get("")
    @routes.arguments(PageQuerySchema, location="query")
    @table(routes, ChannelListSchema, "The channels", name="truecompute-channels")
    def list_channels(query: dict[str, Any]) -> dict[str, Any]:
        """Channels in the order they were made, without their secrets."""
        limit, cursor = query["limit"], query["cursor"]
        request = ListChannelsRequest(
            organization_id=current_member().organization_id,
            after=str(cursor) if cursor else None,
            limit=limit + 1,
        )
        channels = run_list(request)
        return {
            "data": [channel_document(channel) for channel in channels[:limit]],
            "next_cursor": next_cursor([channel.id for channel in channels], limit),
        }

    @routes.post("")
    @routes.arguments(CreateChannelSchema)
    @routes.response(201, ChannelWithSecretSchema)
    def create_channel(body: dict[str, Any]) -> dict[str, Any]:
        """Create a channel; a webhook's secret is shown this once."""
        channel = run_set(_set_request(body))
        return channel_document(channel) | {"secret": channel.secret}

    @routes.patch("/<uuid:channel_id>")
    @routes.arguments(ChangeChannelSchema)
    @routes.response(200, ChannelSchema)
    @routes.problems(404)
    def change_channel(body: dict[str, Any], channel_id: object) -> dict[str, Any]:
        """Change a channel; what the body leaves out stays."""
        return channel_document(run_set(_set_request(body, str(channel_id))))

    @routes.delete("/<uuid:channel_id>")
    @routes.response(204)
    @routes.problems(404)
    def remove_channel(channel_id: object) -> None:
        """Delete a channel with its history; budgets that named it name it no more.

        One that named no other tells nobody until it is changed.
        """
        run_remove(
            RemoveChannelRequest(
                organization_id=current_member().organization_id, channel_id=str(channel_id)
            )
        )

    @routes.post("/<uuid:channel_id>/rotate")
    @routes.response(200, ChannelWithSecretSchema)
    @routes.problems(404, 409)
    def rotate_secret(channel_id: object) -> dict[str, Any]:
        """Give a webhook a new secret, shown this once.

        For 24 hours the old one signs too, as do those replaced within 24 hours before it, five
        old ones at most.
        """
        channel = run_rotate(
            RotateSecretRequest(
                organization_id=current_member().organization_id, channel_id=str(channel_id)
            )
        )
        return channel_document(channel) | {"secret": channel.secret}

    return routes


def deliveries_blueprint(container: Container) -> Routes:
    """What goes out on them."""
    routes = Routes("deliveries", __name__, url_prefix="/api/v1", description="Deliveries")
    run_try, run_list = container.try_channel(), container.list_deliveries()
    run_resend = container.resend_delivery()

    @routes.post("/channels/<uuid:channel_id>/test")
    @routes.response(202, DeliverySchema)
    @routes.problems(404, 409, 429)
    def test_channel(channel_id: object) -> dict[str, Any]:
        """Send a test; its delivery tells what became of it."""
        return delivery_document(
            run_try(
                TryChannelRequest(
                    organization_id=current_member().organization_id, channel_id=str(channel_id)
                )
            )
        )

    @routes.get("/channels/<uuid:channel_id>/deliveries")
    @routes.arguments(PageQuerySchema, location="query")
    @table(routes, DeliveryListSchema, "The deliveries", name="truecompute-deliveries")
    @routes.problems(404)
    def list_deliveries(query: dict[str, Any], channel_id: object) -> dict[str, Any]:
        """What went out on a channel, newest first."""
        limit, cursor = query["limit"], query["cursor"]
        request = ListDeliveriesRequest(
            organization_id=current_member().organization_id,
            channel_id=str(channel_id),
            after=str(cursor) if cursor else None,
            limit=limit + 1,
        )
        found = [each.delivery for each in run_list(request)]
        return {
            "data": [delivery_document(each) for each in found[:limit]],
            "next_cursor": next_cursor([each.id for each in found], limit),
        }

    @routes.post("/deliveries/<uuid:delivery_id>/resend")
    @routes.response(202, DeliverySchema)
    @routes.problems(404, 409, 429)
    def resend(delivery_id: object) -> dict[str, Any]:
        """Send once more, under the same id."""
        return delivery_document(
            run_resend(
                ResendDeliveryRequest(
                    organization_id=current_member().organization_id, delivery_id=str(delivery_id)
                )
            )
        )

    return routes


def _set_request(body: dict[str, Any], channel_id: str | None = None) -> SetChannelRequest:
    return SetChannelRequest(
        organization_id=current_member().organization_id,
        channel_id=channel_id,
        type=body.get("type"),
        name=body.get("name"),
        target=body.get("url", body.get("address")),
        is_enabled=body.get("enabled"),
    )


def channel_document(channel: Channel) -> dict[str, Any]:
    """Without what is secret."""
    is_mail = channel.type is ChannelType.EMAIL
    return {
        "id": channel.id,
        "type": channel.type,
        "name": channel.name,
        "url": None if is_mail else channel.shown_target,
        "address": channel.target if is_mail else None,
        "created_at": channel.created_at,
        "disabled_at": channel.disabled_at,
        "disabled_reason": channel.disabled_reason,
    }


def delivery_document(delivery: Delivery) -> dict[str, Any]:
    is_pending = delivery.state is DeliveryState.PENDING
    names = ("id", "channel_id", "alert_id", "state", "attempts", "last_status", "last_problem")
    return {name: getattr(delivery, name) for name in names} | {
        "created_at": delivery.created_at,
        "next_attempt_at": delivery.next_attempt_at if is_pending else None,
        "delivered_at": delivery.delivered_at,
    }
