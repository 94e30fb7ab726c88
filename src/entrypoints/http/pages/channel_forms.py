"""A new channel, whose secret is shown once, and a change of one."""

from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response

from application.notifications.list_channels import ListChannels, ListChannelsRequest
from application.notifications.set_channel import SetChannelRequest
from domain.channel import MOST_CHANNELS, Channel, ChannelType
from domain.errors import Invalid, NotFound
from entrypoints.container import Container
from entrypoints.http.authentication import current_organization
from entrypoints.http.pages.forms import REFUSALS, Form, email_address, see_other, text

_PLACES = {"invalid_url": "url"}


def add_forms(pages: Blueprint, container: Container) -> None:
    """``/dashboard/channels/new`` and ``/dashboard/channels/<id>/edit``"""
    run_list, run_set = container.list_channels(), container.set_channel()
    has_mail = container.mails().is_set_up

    def form_page(form: Form, channel: Channel | None = None) -> tuple[str, int]:
        page = render_template("channels/form.html", form=form, channel=channel, has_mail=has_mail)
        return page, form.status

    @pages.route("/new", methods=["GET", "POST"])
    def create() -> Response | tuple[str, int]:
        if request.method == "GET":
            return form_page(Form({"type": request.args.get("type", ChannelType.WEBHOOK.value)}))
        try:
            channel = run_set(_new_channel())
        except REFUSALS as error:
            return form_page(Form.refused(error, _PLACES))
        if channel.secret is not None:
            return render_template("channels/secret.html", channel=channel), 201
        return see_other("pages.channels.list", notice="channel-created")

    @pages.route("/<uuid:channel_id>/edit", methods=["GET", "POST"])
    def edit(channel_id: object) -> Response | tuple[str, int]:
        channel = channel_of(run_list, str(channel_id))
        if request.method == "GET":
            return form_page(Form(_values(channel)), channel)
        try:
            run_set(_change_of(channel))
        except REFUSALS as error:
            return form_page(Form.refused(error, _PLACES), channel)
        return see_other("pages.channels.show", notice="channel-changed", channel_id=channel_id)


def channel_of(run_list: ListChannels, channel_id: str) -> Channel:
    """The organization's; raises ``NotFound``."""
    asked = ListChannelsRequest(organization_id=current_organization().id, limit=10 * MOST_CHANNELS)
    found = next((channel for channel in run_list(asked) if channel.id == channel_id), None)
    if found is None:
        raise NotFound("There is no such channel.")
    return found


def _new_channel() -> SetChannelRequest:
    try:
        type_ = ChannelType(text("type"))
    except ValueError:
        raise Invalid.at("/type", "must be of those listed") from None
    return SetChannelRequest(
        organization_id=current_organization().id,
        type=type_,
        name=text("name"),
        target=_typed_target(type_),
    )


def _values(channel: Channel) -> dict[str, str]:
    """Without what may not be shown."""
    field = "address" if channel.type is ChannelType.EMAIL else "url"
    is_secret = channel.shown_target != channel.target
    return {"name": channel.name, field: "" if is_secret else channel.target}


def _change_of(channel: Channel) -> SetChannelRequest:
    # The address of a Slack webhook is not shown: where none is typed, the present one stays.
    is_kept = channel.type is ChannelType.SLACK and not text("url").strip()
    target = channel.target if is_kept else _typed_target(channel.type)
    return SetChannelRequest(
        organization_id=current_organization().id,
        channel_id=channel.id,
        name=text("name"),
        # Who renames one need not have an address looked up that may be out of reach.
        target=None if target == channel.target else target,
    )


def _typed_target(type_: ChannelType) -> str:
    return email_address("address") if type_ is ChannelType.EMAIL else text("url").strip()
