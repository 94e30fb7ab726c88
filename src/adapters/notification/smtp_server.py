"""Where mail is handed over, as an operator writes it in ``SMTP_URL``."""

from dataclasses import dataclass, field
from enum import Enum
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

#: Of mail submission (RFC 8314), where the address names none.
_PORTS = {"smtp": 587, "smtps": 465}
_FORM = "SMTP_URL must be an address such as smtp://user:password@mail.example.com:587"


class Encryption(Enum):
    """How a connection comes to be encrypted; all but the first are values of ``starttls``."""

    FROM_THE_START = "smtps"
    REQUIRED = "required"
    IF_OFFERED = "if-offered"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class SmtpServer:
    host: str
    port: int
    encryption: Encryption
    user: str | None = None
    password: str = field(default="", repr=False)

    @classmethod
    def parse(cls, url: str) -> "SmtpServer":
        """Read ``smtp://`` (with STARTTLS) or ``smtps://`` (TLS from the start).

        ``?starttls=`` is ``required``, ``if-offered`` or ``never``; without it, a password is
        never sent in the clear, and other mail is encrypted where the server can.

        Raises:
            ValueError: naming the variable, and without the address, which may hold a password.
        """
        parts, port = _split(url)
        return cls(
            host=parts.hostname or "",
            port=port or _PORTS[parts.scheme],
            encryption=_encryption(parts),
            user=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password or ""),
        )


def _split(url: str) -> tuple[SplitResult, int | None]:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ValueError(_FORM) from None
    if parts.scheme not in _PORTS or not parts.hostname or parts.path.strip("/") or parts.fragment:
        raise ValueError(_FORM)
    if not url.isprintable() or " " in url or port == 0:
        raise ValueError(_FORM)
    return parts, port


def _encryption(parts: SplitResult) -> Encryption:
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    given = options.pop("starttls", None)
    if options:
        raise ValueError("SMTP_URL has no option but starttls")
    if parts.scheme == "smtps":
        if given:
            raise ValueError("SMTP_URL begins with smtps, which needs no starttls")
        return Encryption.FROM_THE_START
    if given is None:
        return Encryption.REQUIRED if parts.password else Encryption.IF_OFFERED
    if given not in ("required", "if-offered", "never"):
        raise ValueError("SMTP_URL must have starttls=required, if-offered or never")
    return Encryption(given)
