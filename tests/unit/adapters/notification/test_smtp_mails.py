"""Mail through a real mail server."""

import re
import socket
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import pytest

from adapters.notification.smtp_mails import SmtpMails
from domain.errors import Undeliverable
from tests.processes import free_port
from tests.unit.adapters.notification.mail_servers import (
    SENDER,
    Mailbox,
    code_of,
    mail_server,
    send,
)
from tests.unit.adapters.notification.receivers import Receiver, receiver, silence

HEADERS = [
    "Auto-Submitted", "Content-Transfer-Encoding", "Content-Type", "Date", "From", "MIME-Version",
    "Message-ID", "Subject", "To",
]  # fmt: skip


@pytest.fixture(scope="module")
def running() -> Iterator[tuple[Mailbox, int]]:
    with mail_server(enable_SMTPUTF8=False) as found:
        yield found


@pytest.fixture
def mailbox(running: tuple[Mailbox, int]) -> Mailbox:
    running[0].envelopes.clear()
    return running[0]


@pytest.fixture
def mails(running: tuple[Mailbox, int]) -> SmtpMails:
    return SmtpMails(f"smtp://127.0.0.1:{running[1]}", SENDER)


def test_text_and_headers_arrive(mails: SmtpMails, mailbox: Mailbox) -> None:
    text = "Zoë's team spent $12.50 🦉\n\n.\n..\nand a line: " + "x" * 2_000 + "\n"
    send(mails, subject="80 % of »Café« is spent", text=text)
    [message], [envelope] = mailbox.messages, mailbox.envelopes
    assert message["From"] == SENDER
    assert message["To"] == "ann@example.com"
    assert message["Subject"] == "80 % of »Café« is spent"
    assert message["Message-ID"] == "<msg_1@example.com>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message.get_content_type() == "text/plain"
    assert message.get_content().replace("\r\n", "\n") == text
    assert envelope.mail_from == "costs@example.com"
    assert envelope.rcpt_tos == ["ann@example.com"]
    age = datetime.now(UTC) - parsedate_to_datetime(message["Date"])
    assert abs(age.total_seconds()) < 60


def test_no_line_is_longer_than_mail_allows(mails: SmtpMails, mailbox: Mailbox) -> None:
    send(mails, subject="long " * 100, text="x" * 5_000)
    content = mailbox.envelopes[0].original_content or b""
    assert max(map(len, content.split(b"\r\n"))) <= 998


@pytest.mark.parametrize(
    "subject",
    [
        "Spent\r\nBcc: eve@example.com", "Spent\nBcc: eve@example.com", "Spent\rBcc: e@example.com",
        "Spent\r\n\r\nBcc: eve@example.com", "Spent\u2028Bcc: eve@example.com",
        "Spent\x0bBcc: eve@example.com", "Spent\x85Bcc: eve@example.com", "Spent\x00\x1b[2J\ud800",
        "=?utf-8?q?Spent=0D=0ABcc=3A_eve@example.com?=", "x" * 70 + "\r\nBcc: eve@example.com",
        "",
    ],
)  # fmt: skip
def test_a_subject_cannot_become_another_header(
    mails: SmtpMails, mailbox: Mailbox, subject: str
) -> None:
    send(mails, subject=subject)
    [message], [envelope] = mailbox.messages, mailbox.envelopes
    assert sorted(message.keys()) == HEADERS
    assert not re.search("[\r\n\x00]", message["Subject"])
    assert envelope.rcpt_tos == ["ann@example.com"]


@pytest.mark.parametrize(
    "text",
    ["a\r\n.\r\nMAIL FROM:<eve@example.com>\r\n", "a\n.\r\nDATA\r\n", "a\r.\rQUIT\r", ".", "..",
     "a\x00b\x1b[2J", "\ud800", "", "\n\n"],
)  # fmt: skip
def test_a_text_cannot_become_a_command(mails: SmtpMails, mailbox: Mailbox, text: str) -> None:
    send(mails, text=text)
    [message] = mailbox.messages
    spaced = re.sub("[\x00\x1b\ud800]", " ", text)
    assert message.get_content().splitlines() == (spaced.splitlines() or [""])


@pytest.mark.parametrize(
    "to",
    [
        "", "ann", "@example.com", "ann@", "ann@example.com, eve@example.com",
        "ann@example.com\r\nBcc: eve@example.com", "ann@example.com\nRCPT TO:<eve@example.com>",
        "ann@example.com> <eve@example.com", "Ann <ann@example.com>", "ann@example.com;eve@x",
        "ann@example.com eve@example.com", "ann@@example.com", "ann\x00@example.com",
        "ann@example.com\u2028x", "ann@exam\rple.com", "a,b@example.com",
        "team:ann@example.com,eve@example.com;", "=?utf-8?q?a=0D=0ABcc=3Aeve?=@example.com",
        "ann@=?utf-8?q?x=0D=0ABcc=3Aeve?=.example.com", "a" * 300 + "@example.com",
    ],
)  # fmt: skip
def test_what_is_not_one_address_gets_nothing(mails: SmtpMails, mailbox: Mailbox, to: str) -> None:
    assert code_of(mails, to=to) == "invalid_recipient"
    assert mailbox.envelopes == []


@pytest.mark.parametrize("message_id", ["", "a b", "a>\r\nBcc: eve@example.com", "a@b", "x" * 101])
def test_an_id_that_no_header_can_carry_is_refused(
    mails: SmtpMails, mailbox: Mailbox, message_id: str
) -> None:
    assert code_of(mails, message_id=message_id) == "invalid_message"
    assert mailbox.envelopes == []


def test_a_receiver_that_the_server_refuses_is_told_by_number(
    mails: SmtpMails, mailbox: Mailbox
) -> None:
    with pytest.raises(Undeliverable, match=r"refuses the receiver \(550\)") as caught:
        send(mails, to="refused@example.com")
    assert caught.value.code == "recipient_refused"
    assert "OWN-WORDS" not in caught.value.detail
    assert mailbox.envelopes == []


def test_a_message_that_the_server_refuses_is_told_by_number(mails: SmtpMails) -> None:
    with pytest.raises(Undeliverable, match=r"\(554\)"):
        send(mails, text="refuse this")
    assert code_of(mails, text="refuse this") == "message_refused"


def test_an_address_in_letters_that_the_server_cannot_take_is_said_to(mails: SmtpMails) -> None:
    assert code_of(mails, to="zoë@example.com") == "not_supported"


def test_an_address_in_other_letters_arrives_where_the_server_takes_it() -> None:
    with mail_server(enable_SMTPUTF8=True) as (mailbox, port):
        send(SmtpMails(f"smtp://127.0.0.1:{port}", SENDER), to="zoë@bücher.example")
    assert mailbox.envelopes[0].rcpt_tos == ["zoë@bücher.example"]


def test_without_a_server_nothing_is_set_up() -> None:
    mails = SmtpMails(None, None)
    assert not mails.is_set_up
    assert code_of(mails) == "mail_not_set_up"


def test_with_a_server_mail_is_set_up(mails: SmtpMails) -> None:
    assert mails.is_set_up


def test_a_server_needs_a_sender() -> None:
    with pytest.raises(ValueError, match="SMTP_FROM"):
        SmtpMails("smtp://127.0.0.1", None)


def test_a_server_that_is_away_is_said_to_be() -> None:
    assert code_of(SmtpMails(f"smtp://127.0.0.1:{free_port()}", SENDER)) == "unreachable"


def hang(receiver: Receiver, line: socket.socket) -> None:  # noqa: ARG001
    receiver.over.wait()


def test_a_server_that_says_nothing_is_left() -> None:
    begun = time.monotonic()
    with receiver(hang) as server:
        mails = SmtpMails(f"smtp://127.0.0.1:{server.port}", SENDER, timeout_s=0.3)
        assert code_of(mails) == "unreachable"
    with silence() as port:
        assert (
            code_of(SmtpMails(f"smtp://127.0.0.1:{port}", SENDER, timeout_s=0.3)) == "unreachable"
        )
    assert time.monotonic() - begun < 8


@pytest.mark.parametrize("greeting", [b"", b"220", b"554 OWN-WORDS\r\n", b"HTTP/1.1 400 Bad\r\n"])
def test_what_is_no_mail_server_is_said_to(greeting: bytes) -> None:
    with receiver(lambda _, line: line.sendall(greeting)) as server:
        mails = SmtpMails(f"smtp://127.0.0.1:{server.port}", SENDER)
        assert code_of(mails) in ("unreachable", "message_refused")


def test_a_server_that_hangs_up_after_it_took_the_message_has_taken_it() -> None:
    def take(receiver: Receiver, line: socket.socket) -> None:  # noqa: ARG001
        with line.makefile("rwb") as file:
            for reply in (b"220 hi", b"250 hi", b"250 ok", b"250 ok", b"354 go"):
                file.write(reply + b"\r\n")
                file.flush()
                file.readline()
            while file.readline() != b".\r\n":
                pass
            file.write(b"250 taken\r\n")
            file.flush()

    with receiver(take) as server:
        send(SmtpMails(f"smtp://127.0.0.1:{server.port}", SENDER))
