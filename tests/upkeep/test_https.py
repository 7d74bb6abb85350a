"""HTTPS in one's own network: a certificate that a phone can be told to trust, and no more."""

from __future__ import annotations

import contextlib
import ssl
import stat
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from partsweb.upkeep import certificates, trusting
from tests.support.server import serving


def _permitted(made: certificates.Certificates) -> set[object]:
    known = x509.load_pem_x509_certificate(made.authority.read_bytes())
    may = known.extensions.get_extension_for_class(x509.NameConstraints)
    assert may.critical
    return {one.value for one in may.value.permitted_subtrees or ()}


def trusting_only(authority: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(authority))


def test_the_server_speaks_https_with_a_certificate_of_the_local_authority(
    database_url: str, tmp_path: Path
):
    with serving(tmp_path / "instance", database_url, PARTSWEB_HTTPS="1") as server:
        authority = tmp_path / "instance" / "https" / "authority.crt"
        port = int(server.url.rpartition(":")[2])
        with urllib.request.urlopen(
            f"https://localhost:{port}/signin", context=trusting_only(authority)
        ) as answer:
            assert answer.status == 200
            assert "Strict-Transport-Security" not in answer.headers
        with pytest.raises(urllib.error.URLError, match="CERTIFICATE_VERIFY_FAILED"):
            urllib.request.urlopen(
                f"https://localhost:{port}/signin", context=ssl.create_default_context()
            )
        with urllib.request.urlopen(f"http://localhost:{port + 1}/partsweb.crt") as answer:
            given = x509.load_der_x509_certificate(answer.read())
        assert given.public_bytes(Encoding.PEM) == authority.read_bytes()
        assert f"https://{certificates.own_name()}:{port}" in server.log


def test_the_authority_is_made_once_and_its_key_is_its_owners(tmp_path: Path):
    first = certificates.ready(tmp_path, "shop.local")
    before = first.authority.read_bytes(), first.chain.read_bytes()

    again = certificates.ready(tmp_path, "shop.local")

    assert (again.authority.read_bytes(), again.chain.read_bytes()) == before
    for key in ("authority.key", "server.key"):
        assert stat.S_IMODE((tmp_path / key).stat().st_mode) == 0o600


def test_another_local_name_gets_a_certificate_of_the_same_authority(tmp_path: Path):
    first = certificates.ready(tmp_path, "shop.local")
    authority = first.authority.read_bytes()

    moved = certificates.ready(tmp_path, "depot.local")

    leaf = x509.load_pem_x509_certificate(moved.chain.read_bytes())
    names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert "depot.local" in names.get_values_for_type(x509.DNSName)
    assert moved.authority.read_bytes() == authority


def test_a_name_of_ones_own_is_vouched_for_by_a_new_authority(tmp_path: Path):
    authority = certificates.ready(tmp_path, "shop.local").authority.read_bytes()

    made = certificates.ready(tmp_path, "parts.firm.example")

    assert made.authority.read_bytes() != authority
    assert "parts.firm.example" in _permitted(made)


def test_it_cant_vouch_for_names_of_the_internet(tmp_path: Path):
    made = certificates.ready(tmp_path, "shop.local")

    permitted = _permitted(made)

    assert {"local", "shop.local"} <= permitted
    assert "com" not in permitted


def test_the_page_says_the_fingerprint_and_leads_on(tmp_path: Path):
    made = certificates.ready(tmp_path, "shop.local")
    server = trusting.begin(made, address="https://shop.local:8443", host="127.0.0.1", port=0)
    with contextlib.closing(server.socket):
        address = f"http://127.0.0.1:{server.server_address[1]}/anything"
        with urllib.request.urlopen(address) as answer:
            words = answer.read().decode()
        server.shutdown()
    assert made.fingerprint in words
    assert "https://shop.local:8443" in words
