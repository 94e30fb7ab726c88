"""Alerts go out many at once, and a slow receiver keeps nobody else waiting."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from queue import Queue
from threading import Event, Thread

import pytest

from adapters.memory.web_posts import InMemoryWebPosts
from application.notifications.send_next import Claimed, SendNext
from application.ports.web_posts import PostAnswer
from domain.delivery import LEASE, DeliveryState
from domain.errors import Unavailable
from entrypoints.sending import MOST_AT_ONCE, Sending
from tests.unit.application.notifications.post_office import PostOffice

LONG_S = 20


class SlowPosts(InMemoryWebPosts):
    """A receiver at ``/slow`` answers when it is let; ``arrived`` has what was posted."""

    def __init__(self) -> None:
        super().__init__()
        self.arrived: Queue[str] = Queue()
        self.may_answer = Event()

    def post(self, url: str, *, headers: Mapping[str, str], body: bytes) -> PostAnswer:
        self.arrived.put(url)
        if url.endswith("/slow"):
            assert self.may_answer.wait(LONG_S)
        return super().post(url, headers=headers, body=body)


class Interrupted(SendNext):
    """Fails as often as it is told to, at its first step or at its last."""

    claims: list[Exception]
    attempts: list[Exception]

    def claim(self) -> Claimed | None:
        if self.claims:
            raise self.claims.pop()
        return super().claim()

    def attempt(self, claimed: Claimed) -> None:
        if self.attempts:
            raise self.attempts.pop()
        super().attempt(claimed)


@pytest.fixture
def posts() -> SlowPosts:
    return SlowPosts()


@pytest.fixture
def office(posts: SlowPosts) -> PostOffice:
    office = PostOffice()
    office.posts = posts
    return office


@pytest.fixture(autouse=True)
def looks_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("entrypoints.sending._LOOK_EVERY_S", 0.01)


@contextmanager
def running(send_next: SendNext) -> Iterator[tuple[Thread, Event]]:
    stopping = Event()
    thread = Thread(target=Sending(send_next, stopping).run)
    thread.start()
    try:
        yield thread, stopping
    finally:
        stopping.set()
        thread.join(LONG_S)
        assert not thread.is_alive()


def eventually(holds: Callable[[], bool]) -> bool:
    """Whether it holds within some seconds; looks again and again."""
    pause = Event()
    return any(holds() or pause.wait(0.01) for _ in range(int(100 * LONG_S)))


def test_a_slow_receiver_keeps_no_other_waiting(office: PostOffice, posts: SlowPosts) -> None:
    slow = office.channel(target="https://example.com/slow")
    others = [office.channel(target=f"https://example.com/{number}") for number in range(20)]
    for threshold in (50, 80):
        office.alert(threshold=threshold)
    with running(office.send_next):
        arrived = [posts.arrived.get(timeout=LONG_S) for _ in range(41)]
        # One at a time to each: the second to the slow one waits for the first.
        assert sorted(arrived) == sorted([slow.target, *(each.target for each in others * 2)])
        posts.may_answer.set()
        assert posts.arrived.get(timeout=LONG_S) == slow.target
    assert [each.state for each in office.deliveries(slow)] == [DeliveryState.DELIVERED] * 2


def test_no_more_go_out_at_once_than_there_are_threads(
    office: PostOffice, posts: SlowPosts, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert MOST_AT_ONCE > 50
    monkeypatch.setattr("entrypoints.sending.MOST_AT_ONCE", 2)
    for number in range(3):
        office.channel(target=f"https://example.com/{number}/slow")
    office.alert()
    with running(office.send_next):
        for _ in range(2):
            posts.arrived.get(timeout=LONG_S)
        claimed = office.send_next.claim()
        assert claimed is not None
        assert posts.arrived.empty()
        posts.may_answer.set()


def test_it_stops_when_what_was_begun_has_ended(office: PostOffice, posts: SlowPosts) -> None:
    slow = office.channel(target="https://example.com/slow")
    office.alert()
    with running(office.send_next) as (thread, stopping):
        posts.arrived.get(timeout=LONG_S)
        stopping.set()
        late = office.channel(target="https://example.com/late")
        office.alert(threshold=100)
        assert thread.is_alive()
        posts.may_answer.set()
        thread.join(LONG_S)
        assert not thread.is_alive()
    assert [each.state for each in office.deliveries(slow)][-1] is DeliveryState.DELIVERED
    assert office.delivery(late).state is DeliveryState.PENDING


def test_what_fails_within_ends_no_thread(office: PostOffice, posts: SlowPosts) -> None:
    channel = office.channel()
    office.alert()
    send_next = Interrupted(
        office.world.units, posts, office.mails, office.world.clock, app_url="https://x.example"
    )
    send_next.claims = [Unavailable("The store is away."), RuntimeError("It cannot be read.")]
    send_next.attempts = [Unavailable("The store is away.")]
    with running(send_next):
        assert eventually(lambda: not send_next.attempts)
        # What was claimed is the dead one's for a minute.
        assert posts.arrived.empty()
        office.world.clock.advance(LEASE)
        assert posts.arrived.get(timeout=LONG_S) == channel.target
        assert eventually(lambda: office.delivery(channel).state is DeliveryState.DELIVERED)
