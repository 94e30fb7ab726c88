"""What is said of a mail server that takes no mail: to the channel's owners, and in the log."""

import socket
from typing import Any

import pytest
from structlog.testing import capture_logs

from adapters.notification.smtp_mails import SmtpMails
from domain.errors import Undeliverable
from tests.processes import free_port
from tests.unit.adapters.notification.mail_servers import SENDER, mail_server, send
from tests.unit.adapters.notification.receivers import Receiver, receiver


def detail_of(port: int, **changes: str) -> str:
    mails = SmtpMails(f"smtp://127.0.0.1:{port}", SENDER, timeout_s=0.3)
    with pytest.raises(Undeliverable) as caught:
        send(mails, **changes)
    return caught.value.detail


def test_every_organization_reads_why_and_not_where_the_server_is() -> None:
    assert detail_of(free_port()) == "The mail server refuses the connection."


def test_a_server_that_is_silent_is_told_from_one_that_hangs_up() -> None:
    def hang(receiver: Receiver, line: socket.socket) -> None:  # noqa: ARG001
        receiver.over.wait()

    with receiver(hang) as server:
        assert detail_of(server.port) == "The mail server did not answer in time."
    with receiver(lambda *_: None) as server:
        assert detail_of(server.port) == "The mail server hung up."


def test_a_name_that_nobody_knows_is_told_from_a_server_that_is_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def unknown(*_: Any, **__: Any) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "create_connection", unknown)
    mails = SmtpMails("smtp://mail.example.com", SENDER)
    with pytest.raises(Undeliverable, match="has a name that is not known"):
        send(mails)


def test_an_operator_reads_which_server_and_why_and_of_no_person() -> None:
    with mail_server() as (_, port), capture_logs() as said:
        detail = detail_of(port, to="refused@example.com", subject="About Ann")
    assert said == [
        {
            "event": "a mail was not handed over",
            "log_level": "warning",
            "server": f"127.0.0.1:{port}",
            "detail": detail,
            "cause": "SMTPRecipientsRefused",
        }
    ]
    assert detail == "The mail server refuses the receiver (550)."
