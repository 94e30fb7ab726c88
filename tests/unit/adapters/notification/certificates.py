"""An authority of the test's own, and what it signs."""

import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat


class Authority:
    """Signs certificates for names; clients that were given ``trusting`` believe them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._key = generate_private_key(SECP256R1())
        self._name = _distinguished("A test")
        constraints = x509.BasicConstraints(ca=True, path_length=0)
        unsigned = _unsigned(self._name, self._name, self._key)
        unsigned = unsigned.add_extension(constraints, critical=True)
        self._certificate = unsigned.sign(self._key, SHA256())

    def trusting(self) -> ssl.SSLContext:
        pem = self._certificate.public_bytes(Encoding.PEM)
        return ssl.create_default_context(cadata=pem.decode())

    def server(self, name: str) -> ssl.SSLContext:
        """What a server needs to be ``name``, which is a host's name or an address."""
        key = generate_private_key(SECP256R1())
        return self._context(name, self._name, key, self._key)

    def server_signed_by_itself(self, name: str) -> ssl.SSLContext:
        key = generate_private_key(SECP256R1())
        return self._context(name, _distinguished(name), key, key)

    def _context(
        self,
        name: str,
        issuer: x509.Name,
        key: EllipticCurvePrivateKey,
        signer: EllipticCurvePrivateKey,
    ) -> ssl.SSLContext:
        alternatives = x509.SubjectAlternativeName([_general(name)])
        unsigned = _unsigned(issuer, _distinguished(name), key)
        signed = unsigned.add_extension(alternatives, critical=False).sign(signer, SHA256())
        path = self._folder / f"{name}.pem"
        private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        path.write_bytes(private + signed.public_bytes(Encoding.PEM))
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(path)
        return context


def _unsigned(
    issuer: x509.Name, subject: x509.Name, key: EllipticCurvePrivateKey
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .issuer_name(issuer)
        .subject_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
    )


def _distinguished(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name)
