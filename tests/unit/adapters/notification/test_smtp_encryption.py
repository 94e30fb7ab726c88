"""Mail over connections that are encrypted, or ought to be."""

import pytest

from adapters.notification.smtp_mails import SmtpMails
from tests.unit.adapters.notification.certificates import Authority
from tests.unit.adapters.notification.mail_servers import SENDER, code_of, mail_server, send

LOGIN = "ann%40example:p%3Aq%2F%20secret"


@pytest.mark.parametrize(
    "form", ["smtp://127.0.0.1:{}?starttls=required", f"smtp://{LOGIN}@127.0.0.1:{{}}"]
)
def test_encryption_that_is_required_and_not_offered_sends_nothing(form: str) -> None:
    with mail_server() as (mailbox, port):
        assert code_of(SmtpMails(form.format(port), SENDER)) == "no_tls"
    assert mailbox.envelopes == []
    assert mailbox.logins == []


def test_a_password_is_sent_once_the_connection_is_encrypted(authority: Authority) -> None:
    server = authority.server("127.0.0.1")
    with mail_server(starttls=server, require_starttls=True, auth_required=True) as (mailbox, port):
        url = f"smtp://{LOGIN}@127.0.0.1:{port}"
        send(SmtpMails(url, SENDER, tls=authority.trusting()))
    assert (mailbox.logins, mailbox.was_encrypted) == (["ann@example"], [True])


def test_encryption_that_is_offered_is_used(authority: Authority) -> None:
    with mail_server(starttls=authority.server("127.0.0.1")) as (mailbox, port):
        send(SmtpMails(f"smtp://127.0.0.1:{port}", SENDER, tls=authority.trusting()))
    assert mailbox.was_encrypted == [True]


def test_encryption_that_is_not_wanted_is_not_used(authority: Authority) -> None:
    with mail_server(starttls=authority.server("127.0.0.1")) as (mailbox, port):
        send(SmtpMails(f"smtp://127.0.0.1:{port}?starttls=never", SENDER))
    assert mailbox.was_encrypted == [False]


def test_a_connection_may_be_encrypted_from_the_start(authority: Authority) -> None:
    with mail_server(tls=authority.server("127.0.0.1")) as (mailbox, port):
        send(SmtpMails(f"smtps://127.0.0.1:{port}", SENDER, tls=authority.trusting()))
    assert len(mailbox.envelopes) == 1


@pytest.mark.parametrize("form", ["smtp://127.0.0.1:{}", "smtp://a:b@127.0.0.1:{}"])
def test_a_certificate_that_is_not_trusted_gets_nothing(authority: Authority, form: str) -> None:
    with mail_server(starttls=authority.server("127.0.0.1")) as (mailbox, port):
        assert code_of(SmtpMails(form.format(port), SENDER)) == "certificate_refused"
    assert (mailbox.envelopes, mailbox.logins) == ([], [])


def test_a_password_that_is_refused_is_said_to_be(authority: Authority) -> None:
    with mail_server(starttls=authority.server("127.0.0.1")) as (mailbox, port):
        url = f"smtp://ann:secret@127.0.0.1:{port}"
        assert code_of(SmtpMails(url, SENDER, tls=authority.trusting())) == "login_refused"
    assert mailbox.envelopes == []
