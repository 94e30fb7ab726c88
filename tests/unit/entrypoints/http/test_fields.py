"""E-mail addresses as people in open and closed networks have them."""

import pytest
from marshmallow import ValidationError

from entrypoints.http.schemas.fields import read_email


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("ada@example.com", "ada@example.com"),
        ("Ada.Lovelace@Example.COM", "ada.lovelace@example.com"),
        ("  ada@example.com ", "ada@example.com"),
        ("ada+tag@example.com", "ada+tag@example.com"),
        ("ada@corp.local", "ada@corp.local"),
        ("ada@example.test", "ada@example.test"),
        ("ada@intranet", "ada@intranet"),
        ("ada@localhost", "ada@localhost"),
        ("j\u00fcrgen@b\u00fccher.example", "j\u00fcrgen@b\u00fccher.example"),
    ],
)
def test_an_address_is_read_in_small_letters(written: str, read: str) -> None:
    assert read_email(written) == read


@pytest.mark.parametrize(
    "written",
    [
        "",
        "ada",
        "@example.com",
        "ada@",
        "ada@@example.com",
        "ada@example..com",
        "ada example@example.com",
        "ada@exam ple.com",
        "Ada <ada@example.com>",
        "ada@example.com, eve@example.com",
        "ada@example.com\r\nBcc: eve@example.com",
        "ada\0@example.com",
        "ada@" + "x" * 250 + ".com",
    ],
)
def test_what_is_no_address_is_refused(written: str) -> None:
    with pytest.raises(ValidationError):
        read_email(written)
