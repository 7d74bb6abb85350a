"""A certificate authority of one's own, so that phones in the same network can try HTTPS.

It is made once for an installation and can vouch for names of local networks only; its key never
leaves the instance folder. Production has a real certificate in a proxy instead.
"""

from __future__ import annotations

import datetime as dt
import ipaddress
import os
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

# What the authority can vouch for, besides the installation's own name.
LOCAL_NAMES = ("local", "localhost", "lan", "internal", "home.arpa")
LOCAL_NETWORKS = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "127.0.0.0/8")
LOCAL_NETWORKS_6 = ("::1/128", "fc00::/7", "fe80::/10")
# Apple refuses certificates that are good for longer than 825 days.
LEAF_DAYS, RENEWED_BEFORE, AUTHORITY_DAYS = 397, 30, 3650


@dataclass(frozen=True)
class Certificates:
    """Files that a server needs, and the authority's certificate for phones."""

    authority: Path
    chain: Path
    key: Path

    @property
    def fingerprint(self) -> str:
        """Of the authority, to be compared with what a phone shows (SHA-256)."""
        known = x509.load_pem_x509_certificate(self.authority.read_bytes())
        return known.fingerprint(hashes.SHA256()).hex(":").upper()


def own_name() -> str:
    """This machine's name as phones in the same network find it (multicast DNS)."""
    host = socket.gethostname().split(".")[0].lower() or "partsweb"
    return f"{host}.local"


def own_addresses() -> list[str]:
    """This machine's address in the network, if it is in one; nothing is sent to find it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return []
        address: str = probe.getsockname()[0]
    networks = map(ipaddress.ip_network, LOCAL_NETWORKS)
    return [address] if any(ipaddress.ip_address(address) in one for one in networks) else []


def ready(folder: Path, name: str) -> Certificates:
    """The certificates for that name, made or renewed where they are missing or nearly over."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    files = Certificates(folder / "authority.crt", folder / "server.crt", folder / "server.key")
    names = list(dict.fromkeys([name, "localhost"]))
    addresses = ["127.0.0.1", "::1", *own_addresses()]
    if not _vouches_for(files.authority, names):
        _make_authority(folder, names)
        files.chain.unlink(missing_ok=True)
    if not _is_good(files.chain, names, addresses):
        _make_leaf(folder, files, names, addresses)
    return files


def _make_authority(folder: Path, names: Sequence[str]) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    said = _name(f"partsweb on {names[0]}")
    permitted: list[x509.GeneralName] = [
        x509.DNSName(one) for one in dict.fromkeys([*LOCAL_NAMES, *names])
    ]
    permitted += [
        x509.IPAddress(ipaddress.ip_network(one)) for one in (*LOCAL_NETWORKS, *LOCAL_NETWORKS_6)
    ]
    usage = _usage(signs_certificates=True)
    made = (
        _begun(said, said, key.public_key(), AUTHORITY_DAYS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.NameConstraints(permitted, None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    _write_key(folder / "authority.key", key)
    (folder / "authority.crt").write_bytes(made.public_bytes(serialization.Encoding.PEM))


def _make_leaf(
    folder: Path, files: Certificates, names: Sequence[str], addresses: Sequence[str]
) -> None:
    by = x509.load_pem_x509_certificate(files.authority.read_bytes())
    by_key = serialization.load_pem_private_key((folder / "authority.key").read_bytes(), None)
    assert isinstance(by_key, ec.EllipticCurvePrivateKey)
    key = ec.generate_private_key(ec.SECP256R1())
    called: list[x509.GeneralName] = [x509.DNSName(one) for one in names]
    called += [x509.IPAddress(ipaddress.ip_address(one)) for one in addresses]
    authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(by_key.public_key())
    made = (
        _begun(_name(names[0]), by.subject, key.public_key(), LEAF_DAYS)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName(called), critical=False)
        .add_extension(authority, critical=False)
        .sign(by_key, hashes.SHA256())
    )
    _write_key(files.key, key)
    files.chain.write_bytes(
        made.public_bytes(serialization.Encoding.PEM) + files.authority.read_bytes()
    )


def _begun(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, good_days: int
) -> x509.CertificateBuilder:
    now = dt.datetime.now(dt.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))  # a phone's clock may be behind
        .not_valid_after(now + dt.timedelta(days=good_days))
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common[:64])])


def _write_key(path: Path, key: ec.EllipticCurvePrivateKey) -> None:
    """Readable by its owner only, from the first byte on."""
    path.unlink(missing_ok=True)
    text = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(text)


def _vouches_for(path: Path, names: Sequence[str]) -> bool:
    if not path.exists() or not path.with_suffix(".key").exists():
        return False
    known = x509.load_pem_x509_certificate(path.read_bytes())
    may = known.extensions.get_extension_for_class(x509.NameConstraints).value.permitted_subtrees
    trees = [one.value for one in may or () if isinstance(one, x509.DNSName)]
    return _lasts(known) and all(
        any(name == tree or name.endswith(f".{tree}") for tree in trees) for name in names
    )


def _is_good(path: Path, names: Sequence[str], addresses: Sequence[str]) -> bool:
    """Whether the server's certificate lasts, and is for all that it is called."""
    if not path.exists() or not path.with_suffix(".key").exists():
        return False
    known = x509.load_pem_x509_certificate(path.read_bytes())
    called = known.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    there = set(called.get_values_for_type(x509.DNSName))
    there |= {str(one) for one in called.get_values_for_type(x509.IPAddress)}
    return _lasts(known) and {*names, *addresses} <= there


def _lasts(known: x509.Certificate) -> bool:
    left = known.not_valid_after_utc - dt.datetime.now(dt.UTC)
    return left > dt.timedelta(days=RENEWED_BEFORE)
