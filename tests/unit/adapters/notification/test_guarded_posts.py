"""Webhooks to honest receivers."""

from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Network, ip_address

import pytest

from adapters.notification.guarded_posts import GuardedWebPosts
from application.ports.web_posts import PostAnswer
from tests.unit.adapters.notification.receivers import answering, receiver, silence


@pytest.fixture
def posts(open_posts: GuardedWebPosts) -> GuardedWebPosts:
    return open_posts


def test_exactly_the_given_body_and_headers_are_sent(posts: GuardedWebPosts) -> None:
    body = b'{"name": "Zo\xc3\xab"}\r\n\x00\xff'
    with receiver(answering(b"HTTP/1.1 200 OK\r\n\r\n")) as server:
        answer = posts.post(
            f"{server.url}costs/a%20b?team=x&y#part",
            headers={"Content-Type": "application/json", "webhook-id": "msg_1"},
            body=body,
        )
    assert answer == PostAnswer(200, None)
    [request] = server.requests
    assert request.line == "POST /costs/a%20b?team=x&y HTTP/1.1"
    assert request.body == body
    assert request.headers == {
        "host": f"127.0.0.1:{server.port}",
        "connection": "close",
        "accept-encoding": "identity",
        "content-type": "application/json",
        "content-length": str(len(body)),
        "webhook-id": "msg_1",
    }


def test_a_large_body_arrives_whole(posts: GuardedWebPosts) -> None:
    body = bytes(range(256)) * 8192
    with receiver(answering(b"HTTP/1.1 200 OK\r\n\r\n")) as server:
        posts.post(server.url, headers={}, body=body)
    assert server.requests[0].body == body


def test_the_name_stays_in_the_host_header(here: list[IPv4Network]) -> None:
    named = GuardedWebPosts(here, resolve=lambda _: [ip_address("127.0.0.1")])
    with receiver(answering(b"HTTP/1.1 200 OK\r\n\r\n")) as server:
        named.post(f"http://Hooks.Example.:{server.port}", headers={"host": "no"}, body=b"")
    assert server.requests[0].headers["host"] == f"hooks.example:{server.port}"


def test_a_header_that_would_become_two_is_not_sent(posts: GuardedWebPosts) -> None:
    with receiver(answering(b"")) as server, pytest.raises(ValueError, match="header"):
        posts.post(server.url, headers={"webhook-id": "a\r\nX-Forged: yes"}, body=b"")
    assert server.requests == []


@pytest.mark.parametrize("status", [200, 202, 204, 304, 400, 410, 429, 500, 503, 599])
def test_any_status_is_an_answer(posts: GuardedWebPosts, status: int) -> None:
    with receiver(answering(f"HTTP/1.1 {status} So\r\n\r\n".encode())) as server:
        assert posts.post(server.url, headers={}, body=b"").status == status


def test_a_receiver_may_say_to_go_on_first(posts: GuardedWebPosts) -> None:
    with receiver(answering(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 202 Yes\r\n\r\n")) as server:
        assert posts.post(server.url, headers={}, body=b"").status == 202


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0), ("120", 120), (" 7 ", 7), ("-1", None), ("1.5", None), ("soon", None),
        ("9999999999", None), ("١٢", None), ("", None), ("1, 2", None), ("9" * 5_000, None),
        ("Sat, 01 Jan 2000 00:00:00 GMT", 0), ("Sat, 99 Jan 2000 00:00:00 GMT", None),
    ],
)  # fmt: skip
def test_a_wait_that_is_asked_for_is_told_where_it_can_be_read(
    posts: GuardedWebPosts, value: str, seconds: float | None
) -> None:
    answer = f"HTTP/1.1 429 Slow\r\nRetry-After: {value}\r\n\r\n".encode()
    with receiver(answering(answer)) as server:
        assert posts.post(server.url, headers={}, body=b"") == PostAnswer(429, seconds)


def test_a_wait_may_end_at_a_date(posts: GuardedWebPosts) -> None:
    at = datetime.now(UTC) + timedelta(hours=1)
    answer = f"HTTP/1.1 503 Later\r\nRetry-After: {at:%a, %d %b %Y %H:%M:%S GMT}\r\n\r\n"
    with receiver(answering(answer.encode())) as server:
        wait_s = posts.post(server.url, headers={}, body=b"").retry_after_s
    assert wait_s == pytest.approx(3600, abs=60)


def test_the_next_address_of_a_name_is_tried_where_the_first_is_silent(
    here: list[IPv4Network],
) -> None:
    both = [ip_address("127.0.0.3"), ip_address("127.0.0.1")]
    posts = GuardedWebPosts(here, resolve=lambda _: both, deadline_s=4)
    with receiver(answering(b"HTTP/1.1 200 OK\r\n\r\n")) as server:
        url = f"http://hooks.example:{server.port}/"
        with silence("127.0.0.3", server.port):
            assert posts.post(url, headers={}, body=b"").status == 200
