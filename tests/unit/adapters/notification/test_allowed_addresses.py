"""Which addresses are of the internet, and which lead inside."""

from ipaddress import ip_address, ip_network

import pytest

from adapters.notification.allowed_addresses import AllowedAddresses


@pytest.mark.parametrize(
    "address",
    [
        "1.1.1.1", "8.8.8.8", "93.184.215.14", "100.63.255.255", "100.128.0.0", "172.15.255.255",
        "172.32.0.0", "192.0.1.0", "198.17.255.255", "198.20.0.0", "223.255.255.255",
        "2606:4700:4700::1111", "2001:200::", "2001:4860:4860::8888", "2a00:1450:4001::1",
    ],
)  # fmt: skip
def test_addresses_of_the_internet_are_allowed(address: str) -> None:
    assert AllowedAddresses().allows(ip_address(address))


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.1", "0.255.255.255", "10.0.0.1", "100.64.0.1", "100.100.100.200", "127.0.0.1",
        "127.255.255.255", "168.63.129.16", "169.254.169.254", "169.254.170.2", "172.16.0.1",
        "172.31.255.255", "192.0.0.192", "192.0.2.1", "192.31.196.1", "192.52.193.1",
        "192.88.99.1", "192.168.1.1", "192.175.48.1", "198.18.0.1", "198.19.255.255",
        "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.255", "240.0.0.1",
        "255.255.255.255",
    ],
)  # fmt: skip
def test_ipv4_addresses_of_special_purpose_are_not(address: str) -> None:
    assert not AllowedAddresses().allows(ip_address(address))


@pytest.mark.parametrize(
    "address",
    [
        "::", "::1", "::127.0.0.1", "::8.8.8.8", "::ffff:127.0.0.1", "::ffff:8.8.8.8",
        "::ffff:0:127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::808:808", "64:ff9b:1::7f00:1",
        "100::1", "100:0:0:1::1", "2001::1", "2001:0:7f00:1::", "2001:2::1", "2001:10::1",
        "2001:20::1", "2001:1ff::1", "2001:db8::1", "2002:7f00:1::", "2002:808:808::1",
        "2620:4f:8000::1", "3ffe::1", "3fff::1", "4000::1", "5f00::1", "8000::1", "fc00::1",
        "fd00:ec2::254", "fd20:ce::254", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1",
        "ff0e::1",
    ],
)  # fmt: skip
def test_ipv6_addresses_of_special_purpose_are_not(address: str) -> None:
    assert not AllowedAddresses().allows(ip_address(address))


def test_an_operator_can_open_a_network_and_nothing_beside_it() -> None:
    allowed = AllowedAddresses((ip_network("10.20.0.0/16"), ip_network("fd12::/48")))
    for address in ("10.20.0.0", "10.20.255.255", "fd12::1"):
        assert allowed.allows(ip_address(address))
        assert allowed.opens(ip_address(address))
    for address in ("10.19.255.255", "10.21.0.0", "fd13::1", "::ffff:10.20.0.1"):
        assert not allowed.allows(ip_address(address))


def test_an_address_of_the_internet_need_not_be_opened() -> None:
    assert not AllowedAddresses().opens(ip_address("1.1.1.1"))
