"""Addresses of webhooks in their parts; hostile ones are tested where they are posted to."""

import pytest

from domain.errors import Invalid
from domain.webhook_url import WebhookUrl


@pytest.mark.parametrize(
    ("url", "parts"),
    [
        ("https://a.example", ("https", "a.example", 443, "/")),
        ("http://a.example/b/c?d=%20e&f#g", ("http", "a.example", 80, "/b/c?d=%20e&f")),
        ("HTTPS://A.Example.:8443?x", ("https", "a.example", 8443, "/?x")),
        ("http://my_service:", ("http", "my_service", 80, "/")),
        ("https://[2606:4700::1111]:443/", ("https", "2606:4700::1111", 443, "/")),
        ("https://xn--bcher-kva.example/", ("https", "xn--bcher-kva.example", 443, "/")),
    ],
)
def test_an_address_has_its_parts(url: str, parts: tuple[str, str, int, str]) -> None:
    assert WebhookUrl.parse(url) == WebhookUrl(*parts)


@pytest.mark.parametrize(
    ("url", "header"),
    [
        ("https://a.example/", "a.example"),
        ("http://a.example:80/", "a.example"),
        ("https://a.example:80/", "a.example:80"),
        ("http://[2606:4700::1111]/", "[2606:4700::1111]"),
        ("http://[2606:4700::1111]:81/", "[2606:4700::1111]:81"),
    ],
)
def test_the_host_header_names_a_port_that_is_not_the_schemes(url: str, header: str) -> None:
    assert WebhookUrl.parse(url).host_header == header


def test_only_https_is_secure_and_only_two_ports_are_usual() -> None:
    assert WebhookUrl.parse("https://a.example").is_secure
    assert not WebhookUrl.parse("http://a.example").is_secure
    assert WebhookUrl.parse("https://a.example:80").has_usual_port
    assert not WebhookUrl.parse("https://a.example:8443").has_usual_port


@pytest.mark.parametrize(
    ("url", "detail"),
    [
        ("https://" + "a" * 2041, "2048"),
        ("https://bücher.example", "xn--"),
        ("ftp://a.example", "https://"),
        ("https://ann@a.example", "user name"),
        ("https://[::1", "such as"),
        ("https:///path", "host"),
        ("https://a.example:0", "port"),
    ],
)
def test_a_refusal_says_what_would_be_right(url: str, detail: str) -> None:
    with pytest.raises(Invalid, match=detail) as caught:
        WebhookUrl.parse(url)
    assert caught.value.first_fault.pointer == "/url"
    assert caught.value.code == "invalid_webhook_url"
