"""Addresses of mail: senders as operators write them, and what is not one address."""

import pytest

from adapters.notification.mail_addresses import parse_sender


@pytest.mark.parametrize(
    ("sender", "address"),
    [
        ("costs@example.com", "costs@example.com"),
        ("Costs <costs@example.com>", "Costs <costs@example.com>"),
        ('"Costs, Inc." <costs@example.com>', '"Costs, Inc." <costs@example.com>'),
        ("Costs, Inc. <costs@example.com>", '"Costs, Inc." <costs@example.com>'),
        ("<costs@example.com>", "costs@example.com"),
        ("Zoë <zoe@example.com>", "Zoë <zoe@example.com>"),
    ],
)
def test_a_sender_may_have_a_name(sender: str, address: str) -> None:
    assert str(parse_sender(sender)) == address


@pytest.mark.parametrize(
    "sender",
    [
        "", " ", "nobody", "@example.com", "a@", "a@b@c", "a@example.com, b@example.com",
        "Costs\x00 <costs@example.com>", "a@example.com\r\nBcc: b@example.com", "<>",
        "Costs <costs@example.com", "undisclosed:;", "=?utf-8?q?x=0D=0ABcc:?= <a@example.com>",
    ],
)  # fmt: skip
def test_a_sender_that_is_not_one_address_is_refused(sender: str) -> None:
    with pytest.raises(ValueError, match="SMTP_FROM"):
        parse_sender(sender)
