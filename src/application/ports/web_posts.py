"""Sends to addresses that customers name."""

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class PostAnswer:
    """What came back, without its text.

    ``retry_after_s`` is how long the receiver asks to be left alone, in seconds from now; None
    when it does not ask, or not in a way that can be read.
    """

    status: int
    retry_after_s: float | None


class WebPosts(Protocol):
    """Posts over HTTP, to the outside only: an address within our own network is never reached."""

    @abstractmethod
    def check(self, url: str) -> None:
        """Say at saving what ``post`` would refuse; a name that is unknown at the moment passes.

        Raises:
            Invalid: the address may never be posted to; the fault is at ``/url``.
        """

    @abstractmethod
    def post(self, url: str, *, headers: Mapping[str, str], body: bytes) -> PostAnswer:
        """Send once, and return the answer whatever its status; redirects are not followed.

        Returns within a bounded time. The receiver may have got the message although this raises.

        Raises:
            Undeliverable: the address is refused or cannot be reached, the time is over, or the
                answer is not HTTP.
        """
