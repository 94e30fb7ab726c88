"""Signatures of webhooks, held against the verifier that is given to receivers."""

from base64 import b64encode
from datetime import UTC, datetime

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from domain.webhook_signature import new_secret, signature_headers

SECRET = new_secret(bytes(range(32)))
OTHER = new_secret(bytes(range(1, 33)))
BODY = b'{"type":"budget.exceeded","spent_usd":"12.5"}'


def signed(*secrets: str, body: bytes = BODY) -> dict[str, str]:
    now = datetime.now(UTC)
    return signature_headers(secrets, message_id="msg_1", timestamp=now, body=body)


def is_accepted(headers: dict[str, str], body: bytes = BODY, secret: str = SECRET) -> bool:
    try:
        Webhook(secret).verify(body, headers, json_parse=False)
    except (WebhookVerificationError, ValueError):
        return False
    return True


def test_a_secret_is_written_as_the_scheme_asks() -> None:
    assert new_secret(b"\xff" * 32) == "whsec_" + b64encode(b"\xff" * 32).decode()


@pytest.mark.parametrize("size", [0, 31, 33])
def test_a_secret_of_another_length_is_not_made(size: int) -> None:
    with pytest.raises(ValueError, match="32"):
        new_secret(bytes(size))


@pytest.mark.parametrize("body", [BODY, b"", '{"name":"Zoë 🦉"}'.encode()])
def test_the_receivers_verifier_accepts_what_was_signed(body: bytes) -> None:
    assert is_accepted(signed(SECRET, body=body), body)


def test_the_scheme_has_not_changed() -> None:
    at = datetime(2026, 11, 28, 12, 0, 0, 999_999, tzinfo=UTC)
    headers = signature_headers([SECRET], message_id="msg_1", timestamp=at, body=BODY)
    theirs = Webhook(SECRET).sign("msg_1", at, BODY.decode())
    assert headers == {
        "webhook-id": "msg_1",
        "webhook-timestamp": "1795867200",
        "webhook-signature": theirs,
    }


def test_any_byte_of_the_body_that_changes_makes_it_refused() -> None:
    headers = signed(SECRET)
    for place in range(len(BODY)):
        changed = bytearray(BODY)
        changed[place] ^= 1
        assert not is_accepted(headers, bytes(changed)), place


@pytest.mark.parametrize("name", ["webhook-id", "webhook-timestamp"])
def test_any_character_of_a_header_that_changes_makes_it_refused(name: str) -> None:
    headers = signed(SECRET)
    for place in range(len(headers[name])):
        changed = flipped(headers[name], place)
        assert not is_accepted(headers | {name: changed}), changed


def test_any_character_of_a_signature_that_changes_makes_it_refused() -> None:
    headers = signed(SECRET)
    signature = headers["webhook-signature"]
    # Of the last character before the padding, base64 ignores two bits; the third one counts.
    bits = [1] * (len(signature) - 2) + [4]
    for place, bit in enumerate(bits):
        changed = flipped(signature, place, bit)
        assert not is_accepted(headers | {"webhook-signature": changed}), changed


def test_during_a_rotation_either_secret_verifies() -> None:
    headers = signed(OTHER, SECRET)
    assert len(headers["webhook-signature"].split(" ")) == 2
    assert is_accepted(headers, secret=SECRET)
    assert is_accepted(headers, secret=OTHER)


def test_a_secret_that_was_not_signed_with_verifies_nothing() -> None:
    assert not is_accepted(signed(SECRET), secret=OTHER)


def flipped(text: str, place: int, bit: int = 1) -> str:
    return text[:place] + chr(ord(text[place]) ^ bit) + text[place + 1 :]
