"""The outbox is emptied, one delivery at a time."""

import json
from dataclasses import dataclass
from datetime import timedelta
from html import escape
from typing import assert_never

from application.ports.clock import Clock
from application.ports.mails import Mails
from application.ports.unit_of_work import UnitOfWork, UnitsOfWork
from application.ports.web_posts import PostAnswer, WebPosts
from domain.alert import Alert
from domain.budget import BudgetTerms
from domain.channel import Channel, ChannelType
from domain.delivery import LONGEST_WAIT, SCHEDULE, Delivery
from domain.errors import Undeliverable
from domain.notification import Notification
from domain.report import Dimension
from domain.timestamps import format_milliseconds
from domain.webhook_signature import signature_headers

_GONE = 410
_LONGEST_WAIT_S = LONGEST_WAIT.total_seconds()
_NO_BUDGET = "/dashboard/alerts"
_JSON = {"Content-Type": "application/json", "User-Agent": "TrueCompute-Webhooks"}


@dataclass(frozen=True, slots=True)
class Claimed:
    """A delivery with all that it takes to send it."""

    delivery: Delivery
    channel: Channel
    notification: Notification
    was_stale: bool


class SendNext:
    """Send what has been due longest; answer whether there was anything.

    - It is claimed in a transaction and sent outside of any. A process that dies in between loses
      nothing: after a minute it is sent again, under the same id.
    - What fails comes again by the schedule of Standard Webhooks, or later where the receiver asks
      for it; a receiver that answers 410 has its channel disabled. A test is sent once.
    - What waited for days while its channel was off is given up.
    - Any number of processes and threads may send; no two send to the same channel at once.

    Raises:
        Unavailable: what became of the attempt is not stored, and it will be made again.
    """

    def __init__(
        self,
        units_of_work: UnitsOfWork,
        web_posts: WebPosts,
        mails: Mails,
        clock: Clock,
        *,
        app_url: str,
    ) -> None:
        self._units_of_work = units_of_work
        self._web_posts = web_posts
        self._mails = mails
        self._clock = clock
        self._app_url = app_url

    def __call__(self) -> bool:
        claimed = self.claim()
        if claimed is not None:
            self.attempt(claimed)
        return claimed is not None

    def claim(self) -> Claimed | None:
        """What is to be sent next, which is the caller's for a minute; None where nothing is."""
        with self._units_of_work() as uow:
            delivery = uow.deliveries.claim_next(self._clock.now())
            claimed = None if delivery is None else self._load(uow, delivery)
            uow.commit()
        return claimed

    def _load(self, uow: UnitOfWork, delivery: Delivery) -> Claimed:
        of = delivery.organization_id
        channel, organization = uow.channels.get(of, delivery.channel_id), uow.organizations.get(of)
        if channel is None or organization is None:
            raise AssertionError("a claimed channel is locked, and goes only with its organization")
        alert = None if delivery.alert_id is None else uow.alerts.get(of, delivery.alert_id)
        path = _NO_BUDGET
        if alert is not None and alert.budget_id is not None:
            path = f"/dashboard/budgets/{alert.budget_id}"
        terms = None if alert is None else _terms(uow, alert)
        key_id = None if terms is None else terms.scope.dimensions.get(Dimension.API_KEY)
        key = None if key_id is None else uow.api_keys.get(of, key_id)
        notification = Notification(
            organization=organization,
            alert=alert,
            url=f"{self._app_url}{path}",
            terms=terms,
            key_name=None if key is None else key.name,
        )
        return Claimed(delivery, channel, notification, delivery.is_stale(self._clock.now()))

    def attempt(self, claimed: Claimed) -> None:
        """Send it, and store what became of that."""
        after, channel = self._outcome(claimed), None
        with self._units_of_work() as uow:
            if after.last_status == _GONE:
                channel = uow.channels.get_for_update(after.organization_id, after.channel_id)
            # Not where somebody has given it another address, or switched it off, meanwhile.
            if channel is not None and channel == claimed.channel:
                gone = channel.disabled("Its receiver answered 410 Gone.", self._clock.now())
                uow.channels.update(after.organization_id, gone)
            uow.deliveries.finish(after.organization_id, after)
            uow.commit()

    def _outcome(self, claimed: Claimed) -> Delivery:
        delivery = claimed.delivery
        if delivery.attempts > len(SCHEDULE):
            # Whoever made the last attempt died with it, and others before may have, too.
            problem = delivery.last_problem or "The attempts ended without an answer."
            return delivery.failed(self._clock.now(), problem, is_final=True)
        if claimed.was_stale:
            problem = "Its channel was off for too long."
            return delivery.failed(self._clock.now(), problem, is_final=True)
        is_test = delivery.alert_id is None
        try:
            answer = self._send(claimed)
        except Undeliverable as error:
            return delivery.failed(self._clock.now(), error.detail, is_final=is_test)
        now = self._clock.now()
        if answer is None or 200 <= answer.status < 300:
            return delivery.delivered(now, None if answer is None else answer.status)
        return delivery.failed(
            now,
            f"The receiver answered {answer.status}.",
            status=answer.status,
            wait_at_least=timedelta(seconds=min(answer.retry_after_s or 0, _LONGEST_WAIT_S)),
            is_final=is_test or answer.status == _GONE,
        )

    def _send(self, claimed: Claimed) -> PostAnswer | None:
        """The answer of a receiver on the web; None of a mail server that took it."""
        channel, notification = claimed.channel, claimed.notification
        match channel.type:
            case ChannelType.WEBHOOK:
                return self._post_signed(claimed)
            case ChannelType.SLACK:
                text = escape(f"*{notification.subject}*\n{notification.text}", quote=False)
                body = json.dumps({"text": text})
                return self._web_posts.post(channel.target, headers=_JSON, body=body.encode())
            case ChannelType.EMAIL:
                self._mails.send(
                    to=channel.target,
                    subject=notification.subject,
                    text=notification.text,
                    message_id=claimed.delivery.id,
                )
                return None
            case _:
                assert_never(channel.type)

    def _post_signed(self, claimed: Claimed) -> PostAnswer:
        now, delivery = self._clock.now(), claimed.delivery
        body = json.dumps(
            {
                "type": claimed.notification.type,
                "timestamp": format_milliseconds(delivery.created_at),
                "data": claimed.notification.document,
            }
        ).encode()
        signed = signature_headers(
            claimed.channel.signing_secrets(now),
            message_id=delivery.id,
            timestamp=now,
            body=body,
        )
        return self._web_posts.post(claimed.channel.target, headers=_JSON | signed, body=body)


def _terms(uow: UnitOfWork, alert: Alert) -> BudgetTerms | None:
    """What was agreed about the alert's budget; None where that has been changed or is gone."""
    if alert.budget_id is None:
        return None
    budget = uow.budgets.get(alert.organization_id, alert.budget_id)
    return budget.terms if budget is not None and budget.version == alert.version else None
