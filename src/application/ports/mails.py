"""Sends e-mail."""

from abc import abstractmethod
from typing import Protocol


class Mails(Protocol):
    """Hands plain text to a mail server, which an operator need not have."""

    @property
    @abstractmethod
    def is_set_up(self) -> bool:
        """Whether there is a server to hand anything to."""

    @abstractmethod
    def send(self, *, to: str, subject: str, text: str, message_id: str) -> None:
        """Hand over one message for one receiver.

        ``message_id`` (letters, digits, ``.``, ``_`` and ``-``) stays the same when a message is
        sent again, so that a mail program shows it once. Line breaks in ``subject`` become spaces.

        Raises:
            Undeliverable: no server is set up, it is away, or it refuses the message.
        """
