"""A webhook's secret is replaced without a gap."""

from dataclasses import dataclass

from application.ports.clock import Clock
from application.ports.secrets import Secrets
from application.ports.unit_of_work import UnitsOfWork
from domain.channel import Channel, ChannelType
from domain.errors import Conflict, NotFound
from domain.webhook_signature import new_secret


@dataclass(frozen=True, slots=True, kw_only=True)
class RotateSecretRequest:
    organization_id: str
    channel_id: str


class RotateSecret:
    """Give a webhook a new secret, to be shown this once; for a day the old one signs too.

    Raises:
        NotFound: the organization has no channel of this id.
        Conflict: the channel is no webhook.
    """

    def __init__(self, units_of_work: UnitsOfWork, secrets: Secrets, clock: Clock) -> None:
        self._units_of_work = units_of_work
        self._secrets = secrets
        self._clock = clock

    def __call__(self, request: RotateSecretRequest) -> Channel:
        with self._units_of_work() as uow:
            channel = uow.channels.get_for_update(request.organization_id, request.channel_id)
            if channel is None:
                raise NotFound("There is no such channel.")
            if channel.type is not ChannelType.WEBHOOK:
                raise Conflict("Only webhooks have a secret.", code="no_secret")
            rotated = channel.rotated(new_secret(self._secrets.key()), self._clock.now())
            uow.channels.update(request.organization_id, rotated)
            uow.commit()
        return rotated
