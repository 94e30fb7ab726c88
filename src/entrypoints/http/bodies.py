"""Request bodies, read within bounds and, where they are compressed, inflated within bounds."""

import zlib
from collections.abc import Iterator
from contextlib import suppress

from flask import request
from gunicorn.http.errors import ParseException  # type: ignore[import-untyped]
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge, UnsupportedMediaType

#: Of every body but that of the events route. All in bytes.
LARGEST_DOCUMENT = 2 * 1024 * 1024
LARGEST_SENT = 5 * 1024 * 1024
LARGEST_INFLATED = 16 * 1024 * 1024
#: Of what a refused request still sends.
_LARGEST_DROPPED = 64 * 1024 * 1024
_CHUNK = 64 * 1024
#: zlib's window size for the gzip format.
_GZIP = 31


def read_body(most: int = LARGEST_SENT) -> bytes:
    """The body of this request, inflated.

    Raises:
        RequestEntityTooLarge: over ``most`` bytes as sent or 16 MiB inflated.
        UnsupportedMediaType: an encoding other than gzip.
        BadRequest: broken gzip, or something behind it.
    """
    encoding = request.headers.get("Content-Encoding", "").strip().lower()
    if encoding in ("", "identity"):
        return read_at_most(most)
    if encoding != "gzip":
        raise UnsupportedMediaType("Content-Encoding must be gzip, or absent.")
    return b"".join(_inflated(read_at_most(most)))


def read_at_most(most: int) -> bytes:
    """The body as it was sent; raises ``RequestEntityTooLarge`` where it has more bytes."""
    # Of a body that does not say its length Werkzeug silently leaves off what is too much, so
    # one byte more is asked for.
    request.max_content_length = most + 1
    body = request.get_data(cache=False)
    if len(body) > most:
        raise RequestEntityTooLarge(f"The body is larger than {most} bytes.")
    return body


def drop_rest() -> None:
    """Read what nobody read: a client that still sends would see a broken connection in place of
    the refusal, and try again.
    """
    stream, left = request.environ["wsgi.input"], _LARGEST_DROPPED
    with suppress(OSError, ParseException):
        while left > 0 and (dropped := stream.read(_CHUNK)):
            left -= len(dropped)


def _inflated(body: bytes) -> Iterator[bytes]:
    inflater, size = zlib.decompressobj(_GZIP), 0
    for start in range(0, len(body), _CHUNK):
        chunk = body[start : start + _CHUNK]
        while chunk:
            piece = _inflate(inflater, chunk)
            size += len(piece)
            if size > LARGEST_INFLATED:
                raise RequestEntityTooLarge(
                    f"The body is larger than {LARGEST_INFLATED} bytes when inflated."
                )
            yield piece
            chunk = inflater.unconsumed_tail
        if inflater.unused_data:
            raise BadRequest("Something follows the gzip body.")
    if not inflater.eof:
        raise BadRequest("The gzip body ends too early.")


def _inflate(inflater: "zlib._Decompress", chunk: bytes) -> bytes:
    try:
        return inflater.decompress(chunk, _CHUNK)
    except zlib.error:
        raise BadRequest("The body is not valid gzip.") from None
