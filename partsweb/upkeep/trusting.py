"""The page from which a phone learns to trust the local certificate authority.

It stands on plain HTTP beside the server: before a phone trusts us it can't read a page of ours
without a warning. Whoever could change it on the way is caught by the fingerprint, which stands in
the terminal too.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from partsweb.upkeep.certificates import Certificates

PAGE = """<!doctype html><html lang="en"><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>Trust partsweb</title>
<style>body{{font:17px/1.5 system-ui;max-width:34rem;margin:2rem auto;padding:0 1rem}}
a.big{{display:block;padding:1rem;border-radius:.6rem;background:#1d4f8c;color:#fff;text-align:center;
text-decoration:none}}code{{overflow-wrap:anywhere}}</style>
<h1>Let this phone trust partsweb</h1>
<p>Camera, passkeys and working without signal need a safe connection. For a trial in your own
network this phone learns it in three steps.</p>
<p><a class="big" href="/partsweb.crt">1. Get the certificate</a></p>
<h2>2. Install it</h2>
<p><b>iPhone, iPad</b>: Settings → Profile Downloaded → Install. Then Settings → General → About →
Certificate Trust Settings: switch it on.</p>
<p><b>Android</b>: Settings → Security → Encryption &amp; credentials → Install a certificate →
CA certificate → the file that was downloaded.</p>
<p>Its fingerprint (SHA-256) must be the one in the terminal:<br><code>{fingerprint}</code></p>
<p><a class="big" href="{address}">3. Open partsweb</a></p>
<p>It can vouch for names of local networks only. Remove it from the phone after the
trial.</p></html>
"""


def begin(files: Certificates, *, address: str, host: str, port: int) -> ThreadingHTTPServer:
    """Serve the page and the certificate beside the server, until the process ends."""
    known = x509.load_pem_x509_certificate(files.authority.read_bytes())
    words = PAGE.format(fingerprint=files.fingerprint, address=escape(address))
    answers = {
        "/": ("text/html; charset=utf-8", words.encode()),
        # DER, as both phones take it.
        "/partsweb.crt": ("application/x-x509-ca-cert", known.public_bytes(Encoding.DER)),
    }

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            """Send one of the two, else lead to the page."""
            kind, body = answers.get(self.path.partition("?")[0], ("", b""))
            self.send_response(200 if kind else 302)
            for name, value in _headers(kind, body):
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing: the terminal has the QR on it."""

    server = ThreadingHTTPServer((host, port), Answer)
    threading.Thread(target=server.serve_forever, daemon=True, name="trust-page").start()
    return server


def _headers(kind: str, body: bytes) -> Iterable[tuple[str, str]]:
    yield "Content-Length", str(len(body))
    yield ("Content-Type", kind) if kind else ("Location", "/")
    yield "Cache-Control", "no-store"
    yield "X-Content-Type-Options", "nosniff"
