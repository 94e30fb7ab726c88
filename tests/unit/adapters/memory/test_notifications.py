"""Notifications that are remembered: what a test asks of them beside the contract."""

import pytest

from adapters.memory.mails import InMemoryMails, Mail
from adapters.memory.web_posts import InMemoryWebPosts, Post
from application.ports.web_posts import PostAnswer
from domain.errors import Undeliverable

URL = "https://hooks.example.com/"


def test_posts_are_remembered_with_all_that_was_sent() -> None:
    posts = InMemoryWebPosts()
    posts.post(URL, headers={"webhook-id": "msg_1"}, body=b"{}")
    assert posts.sent == [Post(URL, {"webhook-id": "msg_1"}, b"{}")]


def test_answers_come_in_their_order_and_then_all_is_well() -> None:
    posts = InMemoryWebPosts()
    posts.answers += [PostAnswer(503, 7.0), Undeliverable("It is away.")]
    assert posts.post(URL, headers={}, body=b"") == PostAnswer(503, 7.0)
    with pytest.raises(Undeliverable, match="away"):
        posts.post(URL, headers={}, body=b"")
    assert posts.post(URL, headers={}, body=b"") == PostAnswer(204, None)
    assert len(posts.sent) == 3


def test_what_is_refused_is_not_sent() -> None:
    posts = InMemoryWebPosts()
    with pytest.raises(Undeliverable):
        posts.post("gopher://hooks.example.com/", headers={}, body=b"")
    assert posts.sent == []


def test_mails_are_remembered_unless_the_test_has_them_refused() -> None:
    mails = InMemoryMails()
    mails.refusals.append(Undeliverable("It is full."))
    with pytest.raises(Undeliverable, match="full"):
        mails.send(to="ann@example.com", subject="a", text="b", message_id="msg_1")
    mails.send(to="ann@example.com", subject="a", text="b", message_id="msg_1")
    assert mails.sent == [Mail("ann@example.com", "a", "b", "msg_1")]
