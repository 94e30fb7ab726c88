"""Addresses of mail, as strict as it takes for a header to hold one and nothing else."""

import re
from email.headerregistry import Address

# Quoted local parts are valid and nobody has one. What cannot be matched cannot be misread.
_PART = r'[^\s"(),:;<>@\[\\\]]+'
_ADDRESS = re.compile(rf"(?P<user>{_PART})@(?P<domain>{_PART})")
_NAMED = re.compile(r'(?P<quote>"?)(?P<name>[^"<>\\]*)(?P=quote)\s*<(?P<address>[^<>]*)>')
#: Characters of an address (RFC 5321, 4.5.3.1.3, with its brackets left out).
_LONGEST = 254
#: The beginning of an encoded word. Python's parser of headers decodes those even within an
#: address, and what it decodes may hold a line break.
ENCODED_WORD = "=?"


def parse_address(text: str) -> Address:
    """One address without a name; ``ValueError`` when it is not exactly that."""
    found = _ADDRESS.fullmatch(text)
    if not found or not text.isprintable() or ENCODED_WORD in text or len(text) > _LONGEST:
        raise ValueError("must be an e-mail address")
    return Address(username=found["user"], domain=found["domain"])


def parse_sender(text: str) -> Address:
    """Read ``SMTP_FROM``: an address, with a name before it or not; ``ValueError`` names it."""
    named = _NAMED.fullmatch(text)
    name = named["name"].strip() if named else ""
    try:
        address = parse_address(named["address"] if named else text)
        _check_name(name)
    except ValueError:
        message = "SMTP_FROM must be one address such as Costs <costs@example.com>"
        raise ValueError(message) from None
    return Address(name, address.username, address.domain)


def _check_name(name: str) -> None:
    if not name.isprintable() or ENCODED_WORD in name:
        raise ValueError("must be a name that can be shown")
