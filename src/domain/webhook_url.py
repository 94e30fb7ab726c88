"""What a webhook's address may look like, before anybody asks where it leads."""

import re
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from domain.errors import Invalid
from domain.phrases import Phrase

#: Characters.
LONGEST_URL = 2048
_PORTS = {"http": 80, "https": 443}
#: A name has letters, digits, and the underscore of container networks. Forms such as ``0x7f.1``
#: pass: what they mean is for the resolver to say, and for the addresses to be judged by.
_LABEL = "[a-z0-9_-]{1,63}"
_AUTHORITY = re.compile(
    rf"(?:\[(?P<ipv6>[0-9a-f:.]*:[0-9a-f:.]*)\]|(?P<name>{_LABEL}(?:\.{_LABEL})*)\.?)"
    rf"(?::(?P<port>[0-9]{{1,5}})?)?"
)


@dataclass(frozen=True, slots=True)
class WebhookUrl:
    """An address in its parts; ``host`` is in lower case, without brackets or a final dot.

    ``target`` is the path and the query as they are sent.
    """

    scheme: str
    host: str
    port: int
    target: str

    @property
    def is_secure(self) -> bool:
        return self.scheme == "https"

    @property
    def has_usual_port(self) -> bool:
        return self.port in _PORTS.values()

    @property
    def host_header(self) -> str:
        """The Host header of RFC 9110, 7.2."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"

    @classmethod
    def parse(cls, url: str) -> "WebhookUrl":
        """The parts of ``url``, or ``Invalid`` at ``/url``."""
        if len(url) > LONGEST_URL:
            raise _refused(Phrase("must have at most %(most)s characters", most=LONGEST_URL))
        # Before it is split: the parser drops some of these without a word, others read them
        # differently, and a check of one meaning says nothing about another.
        if not url.isascii() or not url.isprintable() or {" ", "\\"} & set(url):
            raise _refused(
                "must be plain ASCII without spaces or backslashes; write a name with other"
                " letters as xn--..., and percent-encode the rest"
            )
        parts = _split(url)
        if parts.scheme not in _PORTS:
            raise _refused("must begin with https:// or http://")
        if "@" in parts.netloc:
            raise _refused("must hold no user name or password")
        authority = _AUTHORITY.fullmatch(parts.netloc.lower())
        if authority is None:
            raise _refused("must name a host such as hooks.example.com")
        port = int(authority["port"] or _PORTS[parts.scheme])
        if not 1 <= port <= 65_535:
            raise _refused("must name a port from 1 to 65535")
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        return cls(parts.scheme, authority["ipv6"] or authority["name"], port, target)


def _split(url: str) -> SplitResult:
    try:
        return urlsplit(url)
    except ValueError:
        raise _refused("is not an address such as https://hooks.example.com/costs") from None


def _refused(detail: str) -> Invalid:
    return Invalid.at("/url", detail, code="invalid_webhook_url")
