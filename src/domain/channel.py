"""Where alerts go: an address of the web, of e-mail or of Slack."""

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from urllib.parse import urlsplit

from domain.errors import Invalid
from domain.phrases import Phrase
from domain.text import check_name

#: After a rotation, receivers have this long to learn the new secret.
BOTH_SECRETS_SIGN = timedelta(hours=24)
#: Of those before the newest; with more, a message's signatures would outgrow its headers.
MOST_OLD_SECRETS = 5
MOST_CHANNELS = 50
SLACK_HOST = "hooks.slack.com"
# Quoted local parts are valid and nobody has one; "=?" begins a word that mail decodes.
_PART = r"[^\s\"(),:;<>@\[\\\]]"
_EMAIL = re.compile(rf"(?!.*=\?){_PART}{{1,64}}@{_PART}{{1,189}}", re.ASCII)


class ChannelType(StrEnum):
    """What speaks at the other end."""

    WEBHOOK = "webhook"
    EMAIL = "email"
    SLACK = "slack"


@dataclass(frozen=True, slots=True)
class OldSecret:
    """A secret that was replaced, and signs beside the newest until then."""

    secret: str
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """``target`` is a URL, or the address of an e-mail.

    A webhook's ``secret`` signs what is sent, and ``old_secrets`` do so too for a day each, the
    last replaced leading. A channel that is disabled gets nothing until it is enabled again.
    """

    id: str
    organization_id: str
    type: ChannelType
    name: str
    target: str
    created_at: datetime
    secret: str | None = None
    old_secrets: tuple[OldSecret, ...] = ()
    disabled_at: datetime | None = None
    disabled_reason: str | None = None

    @property
    def is_enabled(self) -> bool:
        return self.disabled_at is None

    @property
    def shown_target(self) -> str:
        """Fit to be shown: the address of a Slack webhook is a secret by itself."""
        if self.type is not ChannelType.SLACK:
            return self.target
        return f"https://{urlsplit(self.target).netloc}/…{self.target[-4:]}"

    def signing_secrets(self, now: datetime) -> tuple[str, ...]:
        """The newest first."""
        if self.secret is None:
            return ()
        return self.secret, *(each.secret for each in self._signing(now))

    def _signing(self, now: datetime) -> tuple[OldSecret, ...]:
        return tuple(each for each in self.old_secrets if now < each.until)

    def rotated(self, secret: str, now: datetime) -> "Channel":
        """With a new secret; those before it sign for a day from their replacement, five at most.

        Raises:
            ValueError: this channel signs nothing.
        """
        if self.secret is None:
            raise ValueError("only a webhook has a secret")
        old = OldSecret(self.secret, now + BOTH_SECRETS_SIGN)
        old_secrets = (old, *self._signing(now))[:MOST_OLD_SECRETS]
        return replace(self, secret=secret, old_secrets=old_secrets)

    def disabled(self, reason: str, now: datetime) -> "Channel":
        return replace(self, disabled_at=now, disabled_reason=reason)

    def enabled(self) -> "Channel":
        return replace(self, disabled_at=None, disabled_reason=None)


def check_channel(channel: Channel) -> Channel:
    """The channel with its texts trimmed.

    Raises:
        Invalid: no name, no address of its type.
    """
    target = channel.target.strip()
    if channel.type is ChannelType.EMAIL and not _is_address(target):
        raise Invalid.at("/address", "must be an e-mail address", code="invalid_address")
    if channel.type is ChannelType.SLACK and not _is_slack(target):
        detail = Phrase(
            "must be an incoming webhook of Slack: https://%(host)s/services/…", host=SLACK_HOST
        )
        raise Invalid.at("/url", detail, code="invalid_url")
    return replace(channel, name=check_name(channel.name, "/name"), target=target)


def _is_address(target: str) -> bool:
    # Control characters cannot be stored or sent, and spaces of other scripts pass for none.
    return target.isprintable() and _EMAIL.fullmatch(target) is not None


def _is_slack(target: str) -> bool:
    try:
        parts = urlsplit(target)
    except ValueError:
        return False
    return parts.scheme == "https" and parts.netloc == SLACK_HOST and len(parts.path) > 1
