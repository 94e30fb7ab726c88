"""Signatures by which a receiver knows that a webhook is ours and new.

The scheme is Standard Webhooks' symmetric one (github.com/standard-webhooks/standard-webhooks,
spec/standard-webhooks.md), for which receivers find a library in most languages.
"""

import hmac
from base64 import b64decode, b64encode
from collections.abc import Sequence
from datetime import datetime

_PREFIX = "whsec_"
#: Bytes of a secret; the scheme allows 24 to 64.
SECRET_SIZE = 32


def new_secret(random_bytes: bytes) -> str:
    """A channel's secret as its owner gets to see it: ``whsec_`` and base64 of 32 bytes."""
    if len(random_bytes) != SECRET_SIZE:
        raise ValueError(f"a secret is made of {SECRET_SIZE} random bytes")
    return _PREFIX + b64encode(random_bytes).decode("ascii")


def signature_headers(
    secrets: Sequence[str], *, message_id: str, timestamp: datetime, body: bytes
) -> dict[str, str]:
    """The headers that go with ``body``; one signature for each secret.

    While secrets are rotated there are several, and a receiver accepts a message that has one it
    knows.
    ``timestamp`` is when this attempt is made, aware; it is sent in whole seconds. ``message_id``
    stays the same over all attempts.
    """
    seconds = str(int(timestamp.timestamp()))
    signed = b".".join((message_id.encode("ascii"), seconds.encode("ascii"), body))
    return {
        "webhook-id": message_id,
        "webhook-timestamp": seconds,
        "webhook-signature": " ".join(_signature(secret, signed) for secret in secrets),
    }


def _signature(secret: str, signed: bytes) -> str:
    key = b64decode(secret.removeprefix(_PREFIX), validate=True)
    return "v1," + b64encode(hmac.digest(key, signed, "sha256")).decode("ascii")
