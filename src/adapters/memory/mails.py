"""Mail that is remembered and goes nowhere."""

from collections import deque
from dataclasses import dataclass

from application.ports.mails import Mails
from domain.errors import Undeliverable


@dataclass(frozen=True, slots=True)
class Mail:
    """One that was sent."""

    to: str
    subject: str
    text: str
    message_id: str


class InMemoryMails(Mails):
    """``refusals`` are raised first in, first out, each for one message; then all are taken."""

    def __init__(self, *, is_set_up: bool = True) -> None:
        self._is_set_up = is_set_up
        self.refusals: deque[Undeliverable] = deque()
        self.sent: list[Mail] = []

    @property
    def is_set_up(self) -> bool:
        return self._is_set_up

    def send(self, *, to: str, subject: str, text: str, message_id: str) -> None:
        if not self._is_set_up:
            raise Undeliverable("No mail server is set up here.", code="mail_not_set_up")
        if self.refusals:
            raise self.refusals.popleft()
        self.sent.append(Mail(to, " ".join(subject.splitlines()), text, message_id))
