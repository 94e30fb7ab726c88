"""What events are called, so that one that is sent twice is stored once."""

import os
import time

_RANDOM_BYTES = 10
_IDS_AT_ONCE = 100
#: Random bytes for the next ids. The system gives them without the interpreter, which the thread
#: that writes events may then not get back for long.
_stock: list[bytes] = []

if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_stock.clear)  # they are the parent's


def new_id() -> str:
    """A UUIDv7 (RFC 9562): ids of one time lie together in the server's index."""
    ms = int(time.time() * 1000) & 0xFFFF_FFFF_FFFF
    bits = int.from_bytes(_random_bytes(), "big")
    high, low = (bits >> 62) & 0xFFF, bits & 0x3FFF_FFFF_FFFF_FFFF
    text = f"{ms:012x}7{high:03x}{low | 0x8000_0000_0000_0000:016x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def stable_id(request_id: str) -> str:
    """The id of the event of an answer that may be read twice: the same wherever it is made."""
    import hashlib  # few need it, and it is slow to load

    return f"tc-{hashlib.sha256(request_id.encode('utf-8', 'replace')).hexdigest()[:40]}"


def _random_bytes() -> bytes:
    """Each only once, whatever number of threads ask."""
    try:
        return _stock.pop()
    except IndexError:
        fresh = os.urandom(_RANDOM_BYTES * _IDS_AT_ONCE)
        _stock.extend(
            fresh[at : at + _RANDOM_BYTES] for at in range(_RANDOM_BYTES, len(fresh), _RANDOM_BYTES)
        )
        return fresh[:_RANDOM_BYTES]
