"""Channels: where alerts go, and what went there."""

from flask import Blueprint, render_template
from werkzeug.wrappers import Response

from application.notifications.list_channel_budgets import ListChannelBudgetsRequest
from application.notifications.list_channels import ListChannelsRequest
from application.notifications.list_deliveries import ListDeliveriesRequest
from application.notifications.remove_channel import RemoveChannelRequest
from application.notifications.resend_delivery import ResendDeliveryRequest
from application.notifications.rotate_secret import RotateSecretRequest
from application.notifications.set_channel import SetChannelRequest
from application.notifications.try_channel import TryChannelRequest
from domain.channel import MOST_CHANNELS
from domain.errors import Conflict, TooManyRequests
from entrypoints.container import Container
from entrypoints.http.authentication import current_organization
from entrypoints.http.pages.channel_forms import add_forms, channel_of
from entrypoints.http.pages.forms import see_other, text
from entrypoints.http.pages.lists import after_in_address, page_of

_ROWS = 50


def channels_pages(container: Container) -> Blueprint:
    """``pages.channels.*``"""
    pages = Blueprint("channels", __name__, url_prefix="/dashboard/channels")
    run_list, run_set = container.list_channels(), container.set_channel()
    run_remove, run_rotate = container.remove_channel(), container.rotate_secret()

    @pages.get("")
    def list() -> str:  # noqa: A001 - the name of the route
        asked = ListChannelsRequest(organization_id=current_organization().id, limit=MOST_CHANNELS)
        return render_template("channels/list.html", channels=run_list(asked))

    @pages.post("/<uuid:channel_id>/rotate")
    def rotate(channel_id: object) -> tuple[str, int]:
        channel = run_rotate(
            RotateSecretRequest(
                organization_id=current_organization().id, channel_id=str(channel_id)
            )
        )
        return render_template("channels/secret.html", channel=channel), 201

    @pages.post("/<uuid:channel_id>/switch")
    def switch(channel_id: object) -> Response:
        is_enabled = text("enabled") == "yes"
        run_set(
            SetChannelRequest(
                organization_id=current_organization().id,
                channel_id=str(channel_id),
                is_enabled=is_enabled,
            )
        )
        notice = "channel-enabled" if is_enabled else "channel-disabled"
        return see_other("pages.channels.show", notice=notice, channel_id=channel_id)

    @pages.post("/<uuid:channel_id>/remove")
    def remove(channel_id: object) -> Response:
        run_remove(
            RemoveChannelRequest(
                organization_id=current_organization().id, channel_id=str(channel_id)
            )
        )
        return see_other("pages.channels.list", notice="channel-removed")

    add_forms(pages, container)
    _add_history(pages, container)
    return pages


def _add_history(pages: Blueprint, container: Container) -> None:
    """The page of one channel, and what is sent from it."""
    run_list, run_deliveries = container.list_channels(), container.list_deliveries()
    run_try, run_resend = container.try_channel(), container.resend_delivery()
    run_list_budgets, clock = container.list_channel_budgets(), container.clock()

    @pages.get("/<uuid:channel_id>")
    def show(channel_id: object) -> str:
        organization_id = current_organization().id
        shown_after = after_in_address()
        rows = run_deliveries(
            ListDeliveriesRequest(
                organization_id=organization_id,
                channel_id=str(channel_id),
                after=shown_after,
                limit=_ROWS + 1,
            )
        )
        shown, after = page_of(rows, _ROWS, lambda each: each.delivery.id)
        channel = channel_of(run_list, str(channel_id))
        budgets = run_list_budgets(
            ListChannelBudgetsRequest(organization_id=organization_id, channel_id=channel.id)
        )
        return render_template(
            "channels/show.html",
            channel=channel,
            budgets=budgets,
            deliveries=shown,
            after=after,
            shown_after=shown_after,
            now=clock.now(),
        )

    @pages.post("/<uuid:channel_id>/test")
    def test(channel_id: object) -> Response:
        organization_id = current_organization().id
        try:
            run_try(TryChannelRequest(organization_id=organization_id, channel_id=str(channel_id)))
        except Conflict as error:
            notice = "channel-is-off" if error.code == "channel_disabled" else "test-pending"
            return see_other("pages.channels.show", notice=notice, channel_id=channel_id)
        except TooManyRequests:
            return see_other("pages.channels.show", notice="by-hand-limit", channel_id=channel_id)
        return see_other("pages.channels.show", notice="test-sent", channel_id=channel_id)

    @pages.post("/<uuid:channel_id>/resend")
    def resend(channel_id: object) -> Response:
        asked = ResendDeliveryRequest(
            organization_id=current_organization().id, delivery_id=text("delivery")
        )
        try:
            run_resend(asked)
        except Conflict:
            return see_other("pages.channels.show", notice="channel-is-off", channel_id=channel_id)
        except TooManyRequests:
            return see_other("pages.channels.show", notice="by-hand-limit", channel_id=channel_id)
        return see_other("pages.channels.show", notice="resent", channel_id=channel_id)
