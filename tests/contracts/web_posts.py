"""What every sender of posts promises."""

from collections.abc import Callable

import pytest

from application.ports.web_posts import PostAnswer, WebPosts
from domain.errors import Invalid, Undeliverable

#: A receiver that gives this answer; returns its address.
Answering = Callable[[PostAnswer], str]


class WebPostsContract:
    """Inherit where fixtures ``posts`` and ``answering`` make a sender and its receivers."""

    @pytest.mark.parametrize("status", [200, 204, 302, 410, 503])
    def test_an_answer_comes_back_whatever_it_is(
        self, posts: WebPosts, answering: Answering, status: int
    ) -> None:
        answer = PostAnswer(status, 30.0)
        url = answering(answer)
        posts.check(url)
        assert posts.post(url, headers={"webhook-id": "msg_1"}, body=b"{}") == answer

    @pytest.mark.parametrize(
        "url", ["", "hooks.example.com", "ftp://1.1.1.1/", "https://ann@1.1.1.1/", "https://",
                "https://1.1.1.1/\r\nX: y", "https://1.1.1.1/" + "x" * 2048]
    )  # fmt: skip
    def test_what_is_no_address_is_refused_at_saving_and_at_posting(
        self, posts: WebPosts, url: str
    ) -> None:
        with pytest.raises(Invalid) as refused:
            posts.check(url)
        assert refused.value.first_fault.pointer == "/url"
        with pytest.raises(Undeliverable) as undeliverable:
            posts.post(url, headers={}, body=b"")
        assert undeliverable.value.code == "address_refused"
