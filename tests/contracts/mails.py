"""What every sender of mail promises."""

from collections.abc import Callable

import pytest

from application.ports.mails import Mails
from domain.errors import Undeliverable

#: Receiver, subject, text and id of each message that arrived.
Arrived = Callable[[], list[tuple[str, str, str, str]]]


class MailsContract:
    """Inherit where fixtures make ``mails``, ``unset`` ones without a server, and ``arrived``."""

    def test_what_is_sent_arrives(self, mails: Mails, arrived: Arrived) -> None:
        assert mails.is_set_up
        for number in (1, 2):
            mails.send(
                to="ann@example.com",
                subject=f"Budget »{number}«",
                text="Half is spent.\n\nSee the page.\n",
                message_id=f"msg_{number}",
            )
        text = "Half is spent.\n\nSee the page.\n"
        assert arrived() == [
            ("ann@example.com", "Budget »1«", text, "msg_1"),
            ("ann@example.com", "Budget »2«", text, "msg_2"),
        ]

    def test_line_breaks_in_a_subject_become_spaces(self, mails: Mails, arrived: Arrived) -> None:
        mails.send(to="ann@example.com", subject="a\nb", text="", message_id="msg_1")
        assert arrived()[0][1] == "a b"

    def test_without_a_server_nothing_is_sent(self, unset: Mails) -> None:
        assert not unset.is_set_up
        with pytest.raises(Undeliverable) as caught:
            unset.send(to="ann@example.com", subject="a", text="b", message_id="msg_1")
        assert caught.value.code == "mail_not_set_up"
