"""Which network addresses a webhook may reach."""

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

# From IANA's registries of special-purpose addresses (RFC 6890 and its successors), written out:
# `ipaddress.is_global` is true for NAT64, 6to4 and multicast, all of which lead inside somewhere.
_CLOSED_IPV4 = tuple(
    IPv4Network(network)
    for network in (
        "0.0.0.0/8",  # this host
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # carriers' NAT, and some clouds' metadata
        "127.0.0.0/8",  # loopback
        "168.63.129.16/32",  # a cloud's platform service, in spite of its public number
        "169.254.0.0/16",  # link-local, and most clouds' metadata
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocol assignments, and a cloud's metadata
        "192.0.2.0/24",  # documentation
        "192.31.196.0/24",  # AS112
        "192.52.193.0/24",  # multicast tunnels
        "192.88.99.0/24",  # relays of 6to4
        "192.168.0.0/16",  # private
        "192.175.48.0/24",  # AS112
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, and broadcast
    )
)
#: The only IPv6 addresses that are given out for the internet. Outside it lie loopback, the
#: IPv4-mapped and -compatible ones, NAT64 (64:ff9b::/96 and 64:ff9b:1::/48), discard (100::/64),
#: segment routing (5f00::/16), unique local (fc00::/7), link-local (fe80::/10), site-local
#: (fec0::/10) and multicast (ff00::/8).
_UNICAST_IPV6 = IPv6Network("2000::/3")
_CLOSED_IPV6 = tuple(
    IPv6Network(network)
    for network in (
        "2001::/23",  # protocol assignments: Teredo, benchmarks, ORCHID
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4, which holds an IPv4 address
        "2620:4f:8000::/48",  # AS112
        "3ffe::/16",  # the 6bone of old
        "3fff::/20",  # documentation
    )
)


@dataclass(frozen=True, slots=True)
class AllowedAddresses:
    """Those of the internet, and those in networks that the operator has opened."""

    opened: tuple[Network, ...] = ()

    def allows(self, address: Address) -> bool:
        return self.opens(address) or _is_of_the_internet(address)

    def opens(self, address: Address) -> bool:
        """Whether it lies in a network that the operator named."""
        return any(address in network for network in self.opened)


def _is_of_the_internet(address: Address) -> bool:
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _CLOSED_IPV4)
    return address in _UNICAST_IPV6 and not any(address in network for network in _CLOSED_IPV6)
