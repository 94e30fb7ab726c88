"""An owner or admin says where alerts go."""

from dataclasses import dataclass, replace

from application.ports.clock import Clock
from application.ports.identifiers import Identifiers
from application.ports.mails import Mails
from application.ports.secrets import Secrets
from application.ports.unit_of_work import UnitOfWork, UnitsOfWork
from application.ports.web_posts import WebPosts
from domain.channel import MOST_CHANNELS, Channel, ChannelType, check_channel
from domain.errors import Invalid, NotFound
from domain.phrases import Phrase
from domain.webhook_signature import new_secret


@dataclass(frozen=True, slots=True, kw_only=True)
class SetChannelRequest:
    """``channel_id`` None makes a new channel, which needs a type, a name and a target.

    Of a change, what is None stays. ``is_enabled`` True starts a channel again that was disabled.
    """

    organization_id: str
    channel_id: str | None = None
    type: ChannelType | None = None
    name: str | None = None
    target: str | None = None
    is_enabled: bool | None = None


class SetChannel:
    """Create a channel, or change one. A new webhook has a secret, to be shown this once.

    Raises:
        NotFound: the organization has no channel of this id.
        Invalid: no address of its type; one that may never be posted to; e-mail where no mail
            server is set up; or there are 50 channels already.
    """

    def __init__(
        self,
        units_of_work: UnitsOfWork,
        web_posts: WebPosts,
        mails: Mails,
        secrets: Secrets,
        identifiers: Identifiers,
        clock: Clock,
    ) -> None:
        self._units_of_work = units_of_work
        self._web_posts = web_posts
        self._mails = mails
        self._secrets = secrets
        self._identifiers = identifiers
        self._clock = clock

    def __call__(self, request: SetChannelRequest) -> Channel:
        if request.target is not None or request.channel_id is None:
            # Outside of any transaction, because names are looked up.
            self._check_target(request)
        with self._units_of_work() as uow:
            channel = (
                self._create(uow, request)
                if request.channel_id is None
                else self._change(uow, request, request.channel_id)
            )
            uow.commit()
        return channel

    def _check_target(self, request: SetChannelRequest) -> None:
        type_ = request.type
        if request.channel_id is not None:
            # A channel keeps its type, whatever a change says.
            with self._units_of_work(snapshot=True) as uow:
                type_ = _find(uow.channels.get(request.organization_id, request.channel_id)).type
        if type_ is ChannelType.EMAIL and not self._mails.is_set_up:
            detail = "needs a mail server: the operator sets SMTP_URL and SMTP_FROM"
            raise Invalid.at("/type", detail, code="mail_not_set_up")
        if type_ is not ChannelType.EMAIL:
            self._web_posts.check((request.target or "").strip())

    def _create(self, uow: UnitOfWork, request: SetChannelRequest) -> Channel:
        type_ = request.type or ChannelType.WEBHOOK
        channel = Channel(
            id=self._identifiers.new(),
            organization_id=request.organization_id,
            type=type_,
            name=request.name or "",
            target=request.target or "",
            created_at=self._clock.now(),
            secret=new_secret(self._secrets.key()) if type_ is ChannelType.WEBHOOK else None,
        )
        channel = check_channel(channel)
        if len(uow.channels.list(request.organization_id)) >= MOST_CHANNELS:
            detail = Phrase("There are %(most)s channels already.", most=MOST_CHANNELS)
            raise Invalid(detail, code="too_many_channels")
        uow.channels.add(request.organization_id, channel)
        return channel

    def _change(self, uow: UnitOfWork, request: SetChannelRequest, channel_id: str) -> Channel:
        old = _find(uow.channels.get_for_update(request.organization_id, channel_id))
        channel = replace(
            old,
            name=old.name if request.name is None else request.name,
            target=old.target if request.target is None else request.target,
        )
        if request.is_enabled is not None:
            is_off = not request.is_enabled
            now = self._clock.now()
            channel = channel.disabled("Switched off.", now) if is_off else channel.enabled()
        channel = check_channel(channel)
        uow.channels.update(request.organization_id, channel)
        return channel


def _find(channel: Channel | None) -> Channel:
    if channel is None:
        raise NotFound("There is no such channel.")
    return channel
