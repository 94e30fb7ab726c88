"""Real and remembered notifications keep the same promises."""

from collections.abc import Iterator
from contextlib import ExitStack
from ipaddress import IPv4Network

import pytest

from adapters.memory.mails import InMemoryMails
from adapters.memory.web_posts import InMemoryWebPosts
from adapters.notification.guarded_posts import GuardedWebPosts
from adapters.notification.smtp_mails import SmtpMails
from application.ports.mails import Mails
from application.ports.web_posts import PostAnswer, WebPosts
from tests.contracts.mails import Arrived, MailsContract
from tests.contracts.web_posts import Answering, WebPostsContract
from tests.unit.adapters.notification.mail_servers import Mailbox, mail_server
from tests.unit.adapters.notification.receivers import answering as sending
from tests.unit.adapters.notification.receivers import receiver


class TestGuardedWebPosts(WebPostsContract):
    @pytest.fixture
    def posts(self) -> WebPosts:
        return GuardedWebPosts([IPv4Network("127.0.0.0/8")])

    @pytest.fixture
    def answering(self) -> Iterator[Answering]:
        with ExitStack() as receivers:

            def answering(answer: PostAnswer) -> str:
                head = f"HTTP/1.1 {answer.status} So\r\nRetry-After: {answer.retry_after_s:.0f}"
                server = receiver(sending(f"{head}\r\n\r\n".encode()))
                return receivers.enter_context(server).url

            yield answering


class TestInMemoryWebPosts(WebPostsContract):
    @pytest.fixture
    def posts(self) -> InMemoryWebPosts:
        return InMemoryWebPosts()

    @pytest.fixture
    def answering(self, posts: InMemoryWebPosts) -> Answering:
        def answering(answer: PostAnswer) -> str:
            posts.answers.append(answer)
            return "https://hooks.example.com/"

        return answering


class TestSmtpMails(MailsContract):
    @pytest.fixture
    def server(self) -> Iterator[tuple[Mailbox, int]]:
        with mail_server() as found:
            yield found

    @pytest.fixture
    def mails(self, server: tuple[Mailbox, int]) -> Mails:
        return SmtpMails(f"smtp://127.0.0.1:{server[1]}", "costs@example.com")

    @pytest.fixture
    def unset(self) -> Mails:
        return SmtpMails(None, "costs@example.com")

    @pytest.fixture
    def arrived(self, server: tuple[Mailbox, int]) -> Arrived:
        return lambda: [
            (
                message["To"],
                message["Subject"],
                message.get_content().replace("\r\n", "\n"),
                message["Message-ID"].strip("<>").partition("@")[0],
            )
            for message in server[0].messages
        ]


class TestInMemoryMails(MailsContract):
    @pytest.fixture
    def mails(self) -> InMemoryMails:
        return InMemoryMails()

    @pytest.fixture
    def unset(self) -> Mails:
        return InMemoryMails(is_set_up=False)

    @pytest.fixture
    def arrived(self, mails: InMemoryMails) -> Arrived:
        return lambda: [(mail.to, mail.subject, mail.text, mail.message_id) for mail in mails.sent]
