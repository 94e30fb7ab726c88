"""Addresses by which an attacker would reach the inside: nobody there hears a thing."""

from collections.abc import Iterable, Iterator
from ipaddress import IPv4Network, IPv6Network, ip_address

import pytest

from adapters.notification.allowed_addresses import Address
from adapters.notification.guarded_posts import GuardedWebPosts, system_addresses
from domain.errors import Invalid, Undeliverable
from tests.unit.adapters.notification.hostile_urls import HOSTILE, INSIDE
from tests.unit.adapters.notification.receivers import Trap, answering, receiver, trap


def resolve(host: str) -> Iterable[Address]:
    """Names as the table says; numbers in all their forms as the system does, which asks nobody."""
    return [ip_address(text) for text in INSIDE[host]] if host in INSIDE else system_addresses(host)


@pytest.fixture(scope="module", params=["127.0.0.1", "::1"])
def inside(request: pytest.FixtureRequest) -> Iterator[Trap]:
    try:
        found = Trap(request.param)
    except OSError:
        pytest.skip(f"there is no {request.param} here")
    yield found
    found.close()


@pytest.fixture(scope="module")
def posts() -> GuardedWebPosts:
    return GuardedWebPosts(resolve=resolve, deadline_s=5)


def test_the_table_is_long_and_names_nothing_twice() -> None:
    assert len(HOSTILE) == len(set(HOSTILE)) >= 60


@pytest.mark.parametrize("url", HOSTILE)
def test_a_hostile_address_is_refused_at_saving_and_at_posting(
    posts: GuardedWebPosts, inside: Trap, url: str
) -> None:
    address = url.replace("PORT", str(inside.port))
    with pytest.raises(Invalid) as refused:
        posts.check(address)
    assert refused.value.first_fault.pointer == "/url"
    with pytest.raises(Undeliverable) as undeliverable:
        posts.post(address, headers={}, body=b"{}")
    assert undeliverable.value.code == "address_refused"
    assert not inside.was_reached()


def test_the_trap_would_notice(inside: Trap) -> None:
    posts = GuardedWebPosts([IPv4Network("127.0.0.0/8"), IPv6Network("::1/128")], deadline_s=0.2)
    host = f"[{inside.address}]" if ":" in inside.address else inside.address
    with pytest.raises(Undeliverable):
        posts.post(f"http://{host}:{inside.port}/", headers={}, body=b"")
    assert inside.was_reached()


@pytest.mark.parametrize(
    "url",
    [
        "https://1.1.1.1/", "http://1.1.1.1", "https://1.1.1.1:443/x?y=%20z", "http://1.1.1.1:80",
        "http://1.1.1.1:", "HTTPS://1.1.1.1:80/#part", "https://[2606:4700:4700::1111]/x",
        "https://1.1.1.1/" + "x" * 2032,
    ],
)  # fmt: skip
def test_an_address_of_the_internet_may_be_saved(posts: GuardedWebPosts, url: str) -> None:
    posts.check(url)


def test_a_name_that_nobody_knows_yet_may_be_saved_and_is_not_reached() -> None:
    def unknown(host: str) -> Iterable[Address]:
        raise OSError(host)

    posts = GuardedWebPosts(resolve=unknown)
    posts.check("https://soon.example/")
    with pytest.raises(Undeliverable) as caught:
        posts.post("https://soon.example/", headers={}, body=b"")
    assert caught.value.code == "unknown_host"


@pytest.mark.parametrize(
    "then", [["127.0.0.1"], ["1.1.1.1", "127.0.0.1"], ["127.0.0.1", "1.1.1.1"]]
)
def test_a_name_that_leads_inside_after_it_was_saved_is_refused(then: list[str]) -> None:
    answers = [["1.1.1.1"], then]
    posts = GuardedWebPosts(resolve=lambda _: map(ip_address, answers.pop(0)))
    posts.check("http://rebound.example/")
    with pytest.raises(Undeliverable) as caught:
        posts.post("http://rebound.example/", headers={}, body=b"")
    assert caught.value.code == "address_refused"
    assert answers == []


def test_a_name_is_asked_for_once_and_the_address_that_was_judged_is_the_one_reached() -> None:
    answers = [["127.0.0.2"], ["127.0.0.1"]]
    posts = GuardedWebPosts(
        [IPv4Network("127.0.0.2/32")], resolve=lambda _: map(ip_address, answers.pop(0))
    )
    with receiver(answering(b"HTTP/1.1 204 Done\r\n\r\n"), "127.0.0.2") as open_one:
        url = f"http://rebound.example:{open_one.port}/"
        assert posts.post(url, headers={}, body=b"").status == 204
    assert answers == [["127.0.0.1"]]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_an_answer_and_is_not_followed(status: int) -> None:
    posts = GuardedWebPosts([IPv4Network("127.0.0.2/32")])
    with trap() as inside:
        for target in (f"http://127.0.0.1:{inside.port}/", "http://169.254.169.254/latest/"):
            answer = f"HTTP/1.1 {status} Elsewhere\r\nLocation: {target}\r\n\r\n".encode()
            with receiver(answering(answer), "127.0.0.2") as open_one:
                assert posts.post(open_one.url, headers={}, body=b"").status == status
        assert not inside.was_reached()


def test_the_environments_proxies_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    with trap() as proxy, receiver(answering(b"HTTP/1.1 200 OK\r\n\r\n"), "127.0.0.2") as open_one:
        for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        posts = GuardedWebPosts([IPv4Network("127.0.0.2/32")])
        assert posts.post(open_one.url, headers={}, body=b"").status == 200
        assert not proxy.was_reached()


def test_what_is_refused_does_not_tell_where_a_name_leads(posts: GuardedWebPosts) -> None:
    with pytest.raises(Invalid) as refused:
        posts.check("http://db_primary/")
    with pytest.raises(Undeliverable) as undeliverable:
        posts.post("http://db_primary/", headers={}, body=b"")
    assert "10.0.0.5" not in refused.value.detail + undeliverable.value.detail
