"""Secrets that are random enough to be stored as a plain SHA-256."""

from hashlib import sha256


def hash_secret(secret: str) -> bytes:
    """The 32 bytes under which a session token, API key or invitation is stored."""
    return sha256(secret.encode("utf-8", "surrogatepass")).digest()
