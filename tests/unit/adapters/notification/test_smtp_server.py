"""Mail servers as operators write them."""

import pytest

from adapters.notification.smtp_server import Encryption, SmtpServer


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://mail", SmtpServer("mail", 587, Encryption.IF_OFFERED)),
        ("smtp://mail:25/", SmtpServer("mail", 25, Encryption.IF_OFFERED)),
        ("smtp://[::1]:25", SmtpServer("::1", 25, Encryption.IF_OFFERED)),
        ("smtp://mail?starttls=required", SmtpServer("mail", 587, Encryption.REQUIRED)),
        ("smtp://mail?starttls=if-offered", SmtpServer("mail", 587, Encryption.IF_OFFERED)),
        ("smtp://mail?starttls=never", SmtpServer("mail", 587, Encryption.NEVER)),
        ("smtps://mail", SmtpServer("mail", 465, Encryption.FROM_THE_START)),
        ("smtp://a%40b:p%3Aq%2F@mail", SmtpServer("mail", 587, Encryption.REQUIRED, "a@b", "p:q/")),
        ("smtps://a:b@mail:2465", SmtpServer("mail", 2465, Encryption.FROM_THE_START, "a", "b")),
    ],
)
def test_a_server_is_read_from_its_address(url: str, server: SmtpServer) -> None:
    assert SmtpServer.parse(url) == server


def test_a_server_does_not_show_its_password() -> None:
    assert "secret" not in repr(SmtpServer.parse("smtp://ann:secret@mail"))


@pytest.mark.parametrize(
    "url",
    [
        "", "mail", "smtp://", "smtp://:587", "http://secret@mail", "smtp:secret", "smtp://mail:x",
        "smtp://mail:0", "smtp://mail:65536", "smtp://[secret", "smtp://mail/secret",
        "smtp://mail#secret", "smtp://ma il", "smtp://mail\nsecret", "smtp://mail?secret=yes",
        "smtp://mail?starttls=", "smtp://mail?starttls=secret", "smtp://mail?starttls=smtps",
        "smtps://mail?starttls=required",
    ],
)  # fmt: skip
def test_an_address_that_is_not_usable_is_refused_by_the_name_of_its_variable(url: str) -> None:
    with pytest.raises(ValueError, match="SMTP_URL") as caught:
        SmtpServer.parse(url)
    assert "secret" not in str(caught.value)
