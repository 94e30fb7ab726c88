"""Posts that are remembered and go nowhere."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from application.ports.web_posts import PostAnswer, WebPosts
from domain.errors import Invalid, Undeliverable
from domain.webhook_url import WebhookUrl

_TAKEN = PostAnswer(status=204, retry_after_s=None)


@dataclass(frozen=True, slots=True)
class Post:
    """One that was sent."""

    url: str
    headers: Mapping[str, str]
    body: bytes


class InMemoryWebPosts(WebPosts):
    """Every name leads to the internet. ``answers`` are used up first in, first out; then 204."""

    def __init__(self) -> None:
        self.answers: deque[PostAnswer | Undeliverable] = deque()
        self.sent: list[Post] = []

    def check(self, url: str) -> None:
        WebhookUrl.parse(url)

    def post(self, url: str, *, headers: Mapping[str, str], body: bytes) -> PostAnswer:
        try:
            self.check(url)
        except Invalid as error:
            raise Undeliverable(f"The address {error.detail}.", code="address_refused") from None
        self.sent.append(Post(url, MappingProxyType(dict(headers)), body))
        try:
            answer = self.answers.popleft()
        except IndexError:
            return _TAKEN
        if isinstance(answer, Undeliverable):
            raise answer
        return answer
