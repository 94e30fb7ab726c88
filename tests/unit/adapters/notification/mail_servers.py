"""A real mail server on the loopback, and what is sent to it."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from application.ports.mails import Mails
from domain.errors import Undeliverable
from tests.processes import free_port

SENDER = "Costs <costs@example.com>"
PASSWORD = "p:q/ secret"


class Mailbox:
    """What came in, and what is refused: a receiver or a text."""

    def __init__(self) -> None:
        self.envelopes: list[Envelope] = []
        self.logins: list[str] = []
        self.was_encrypted: list[bool] = []

    @property
    def messages(self) -> list[EmailMessage]:
        return [
            message_from_bytes(envelope.content, policy=default)  # type: ignore[arg-type]
            for envelope in self.envelopes
        ]

    async def handle_RCPT(  # noqa: N802 - the library's name
        self,
        server: SMTP,  # noqa: ARG002
        session: Session,  # noqa: ARG002
        envelope: Envelope,
        address: str,
        options: list[str],  # noqa: ARG002
    ) -> str:
        if address.startswith("refused"):
            return "550 SERVERS-OWN-WORDS no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - the library's name
        self,
        server: SMTP,  # noqa: ARG002
        session: Session,
        envelope: Envelope,
    ) -> str:
        if b"refuse this" in (envelope.original_content or b""):
            return "554 SERVERS-OWN-WORDS looks like spam"
        self.envelopes.append(envelope)
        self.was_encrypted.append(session.ssl is not None)
        return "250 OK"

    def authenticate(self, *arguments: Any) -> AuthResult:
        """Signature of aiosmtpd: server, session, envelope, mechanism, data."""
        given = arguments[-1]
        assert isinstance(given, LoginPassword)
        self.logins.append(given.login.decode())
        return AuthResult(success=given.password.decode() == PASSWORD, handled=False)


@contextmanager
def mail_server(
    *,
    starttls: ssl.SSLContext | None = None,
    tls: ssl.SSLContext | None = None,
    **options: Any,
) -> Iterator[tuple[Mailbox, int]]:
    """The mailbox, and the port on 127.0.0.1; ``options`` are those of ``aiosmtpd.smtp.SMTP``."""
    mailbox = Mailbox()
    controller = Controller(
        mailbox,
        hostname="127.0.0.1",
        port=free_port(),
        ssl_context=tls,
        tls_context=starttls,
        authenticator=mailbox.authenticate,
        **options,
    )
    controller.start()
    try:
        yield mailbox, controller.port
    finally:
        controller.stop()


def send(
    mails: Mails,
    *,
    to: str = "ann@example.com",
    subject: str = "Half is spent",
    text: str = "So it is.",
    message_id: str = "msg_1",
) -> None:
    mails.send(to=to, subject=subject, text=text, message_id=message_id)


def code_of(mails: Mails, **changes: str) -> str:
    with pytest.raises(Undeliverable) as caught:
        send(mails, **changes)
    assert "OWN-WORDS" not in caught.value.detail
    assert "secret" not in caught.value.detail
    return caught.value.code
