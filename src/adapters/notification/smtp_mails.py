"""E-mail through a mail server of the operator's."""

import re
import smtplib
import socket
import ssl
import unicodedata
from contextlib import suppress
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP

import structlog

from adapters.notification.mail_addresses import ENCODED_WORD, parse_address, parse_sender
from adapters.notification.smtp_server import Encryption, SmtpServer
from application.ports.mails import Mails
from domain.errors import Undeliverable
from domain.phrases import Phrase

log = structlog.get_logger(__name__)

_MESSAGE_ID = re.compile(r"[A-Za-z0-9._-]{1,100}")
#: Unicode's control characters, separators of lines and paragraphs, and lone surrogates.
_UNFIT = frozenset({"Cc", "Zl", "Zp", "Cs"})


class SmtpMails(Mails):
    """``url`` and ``sender`` as in ``SmtpServer.parse`` and ``parse_sender``; None: not set up.

    ``timeout_s`` is for each step of the conversation. ``tls`` replaces the system's authorities.
    """

    def __init__(
        self,
        url: str | None,
        sender: str | None,
        *,
        timeout_s: float = 15.0,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        if url and not sender:
            raise ValueError("SMTP_FROM must be set where SMTP_URL is")
        self._server = SmtpServer.parse(url) if url else None
        self._sender = parse_sender(sender) if sender else Address()
        self._timeout_s = timeout_s
        self._tls = tls

    @property
    def is_set_up(self) -> bool:
        return self._server is not None

    def send(self, *, to: str, subject: str, text: str, message_id: str) -> None:
        if self._server is None:
            raise Undeliverable("No mail server is set up here.", code="mail_not_set_up")
        message = self._message(to, subject, text, message_id)
        try:
            smtp = self._connected(self._server)
            try:
                self._introduce(smtp, self._server)
                smtp.send_message(message, self._sender.addr_spec, [to])
                # The message is taken: a farewell that fails must not have it sent again.
                with suppress(OSError):
                    smtp.quit()
            finally:
                smtp.close()
        except OSError as error:
            refusal = _undeliverable(error)
            # Neither what the server said nor the receiver: either may name a person.
            cause = type(error).__name__
            log.warning(
                "a mail was not handed over",
                server=_place(self._server),
                detail=refusal.detail,
                cause=cause,
            )
            raise refusal from error

    def _message(self, to: str, subject: str, text: str, message_id: str) -> EmailMessage:
        if not _MESSAGE_ID.fullmatch(message_id):
            raise Undeliverable("The message has no usable id.", code="invalid_message")
        message = EmailMessage(policy=SMTP)
        message["From"] = self._sender
        message["To"] = _recipient(to)
        message["Subject"] = _line(subject).replace(ENCODED_WORD, "= ?")
        message["Date"] = datetime.now(UTC)
        message["Message-ID"] = f"<{message_id}@{self._sender.domain}>"
        # RFC 3834: nobody's out-of-office note answers it.
        message["Auto-Submitted"] = "auto-generated"
        lines = "\n".join(_line(line) for line in text.splitlines())
        message.set_content(lines + "\n", cte="quoted-printable")
        return message

    def _connected(self, server: SmtpServer) -> smtplib.SMTP:
        if server.encryption is Encryption.FROM_THE_START:
            return smtplib.SMTP_SSL(
                server.host, server.port, timeout=self._timeout_s, context=self._context()
            )
        return smtplib.SMTP(server.host, server.port, timeout=self._timeout_s)

    def _introduce(self, smtp: smtplib.SMTP, server: SmtpServer) -> None:
        """Encrypt and log in, as far as the server is set up for it."""
        smtp.ehlo_or_helo_if_needed()
        offered = smtp.has_extn("starttls")
        if server.encryption is Encryption.REQUIRED and not offered:
            detail = "The mail server offers no encryption, and is not used without."
            raise Undeliverable(detail, code="no_tls")
        if offered and server.encryption in (Encryption.REQUIRED, Encryption.IF_OFFERED):
            smtp.starttls(context=self._context())
        if server.user is not None:
            smtp.login(server.user, server.password)

    def _context(self) -> ssl.SSLContext:
        # Without one, smtplib would believe any certificate.
        return self._tls or ssl.create_default_context()


def _recipient(to: str) -> Address:
    try:
        return parse_address(to)
    except ValueError:
        raise Undeliverable("That is no e-mail address.", code="invalid_recipient") from None


def _line(text: str) -> str:
    """The text with what cannot stand in one line as spaces."""
    return "".join(" " if unicodedata.category(one) in _UNFIT else one for one in text)


def _undeliverable(error: OSError) -> Undeliverable:
    """Neither where the server is nor what it said: every organization sees this."""
    reply = _reply_code(error)
    match error:
        case smtplib.SMTPAuthenticationError():
            detail = Phrase("The mail server does not accept our password%(reply)s.", reply=reply)
            return Undeliverable(detail, code="login_refused")
        case smtplib.SMTPRecipientsRefused():
            detail = Phrase("The mail server refuses the receiver%(reply)s.", reply=reply)
            return Undeliverable(detail, code="recipient_refused")
        case smtplib.SMTPNotSupportedError():
            detail = Phrase("The mail server lacks what this message needs.")
            return Undeliverable(detail, code="not_supported")
        case smtplib.SMTPResponseException():
            detail = Phrase("The mail server refuses the message%(reply)s.", reply=reply)
            return Undeliverable(detail, code="message_refused")
        case ssl.SSLCertVerificationError():
            detail = Phrase("The mail server's certificate is refused.")
            return Undeliverable(detail, code="certificate_refused")
    return Undeliverable(_lost(error), code="unreachable")


def _lost(error: OSError) -> Phrase:
    """Why there is no conversation, as far as the exception tells."""
    match error:
        case socket.gaierror():
            return Phrase("The mail server has a name that is not known.")
        case ConnectionRefusedError():
            return Phrase("The mail server refuses the connection.")
        case TimeoutError():
            return Phrase("The mail server did not answer in time.")
        case ssl.SSLError():
            return Phrase("The mail server does not speak TLS as it should.")
        case smtplib.SMTPServerDisconnected():
            # smtplib tells a time that is over as a broken connection, with the reason behind it.
            if isinstance(error.__context__, TimeoutError):
                return Phrase("The mail server did not answer in time.")
            return Phrase("The mail server hung up.")
    return Phrase("The mail server cannot be reached, or hung up.")


def _place(server: SmtpServer) -> str:
    host = f"[{server.host}]" if ":" in server.host else server.host
    return f"{host}:{server.port}"


def _reply_code(error: OSError) -> str:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return "".join(f" ({code})" for code, _ in list(error.recipients.values())[:1])
    return f" ({error.smtp_code})" if isinstance(error, smtplib.SMTPResponseException) else ""
