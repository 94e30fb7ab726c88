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


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """``target`` is a URL, or the address of an e-mail.

    A webhook's ``secret`` signs what is sent; after a rotation ``old_secret`` does so too, until
    ``old_secret_until``. A channel that is disabled gets nothing until it is enabled again.
    """

    id: str
    organization_id: str
    type: ChannelType
    name: str
    target: str
    created_at: datetime
    secret: str | None = None
    old_secret: str | None = None
    old_secret_until: datetime | None = None
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
        is_rotating = self.old_secret_until is not None and now < self.old_secret_until
        secrets = (self.secret, self.old_secret if is_rotating else None)
        return tuple(secret for secret in secrets if secret)

    def rotated(self, secret: str, now: datetime) -> "Channel":
        """With a new secret; the one before it signs for another day."""
        return replace(
            self,
            secret=secret,
            old_secret=self.secret,
            old_secret_until=now + BOTH_SECRETS_SIGN,
        )

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
