"""Connections of real clients that end at a fake."""

import httpx2

from fakes.server import FakeProvider


def openais(provider: FakeProvider) -> httpx2.Client:
    """Connections to OpenAI's own address that end at the fake."""

    class ToTheFake(httpx2.HTTPTransport):
        def handle_request(self, request: httpx2.Request) -> httpx2.Response:
            host, _, port = provider.url.removeprefix("http://").partition(":")
            request.url = request.url.copy_with(scheme="http", host=host, port=int(port))
            return super().handle_request(request)

    return httpx2.Client(transport=ToTheFake())
