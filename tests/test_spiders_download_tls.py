"""TLS: verified by default; the cipher level relaxed alone; verification given up only where a source file says so."""

import base64
import datetime as dt
import logging
import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from spiders.crawl import CrawlOptions, crawl
from spiders.source import parse_source
from storage.records import Visit, VisitState

pytestmark = pytest.mark.slow

# RFC 2409, second Oakley group: 1024 bits, which OpenSSL refuses at its usual level
SHORT_PRIME = int(
    "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DDEF9519B3CD3A431B"
    "302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7EDEE386BFB5A899FA5AE9F24117C4B1FE6"
    "49286651ECE65381FFFFFFFFFFFFFFFF",
    16,
)


def make_certificate(folder: Path) -> tuple[Path, Path]:
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    public, private = folder / "certificate.pem", folder / "key.pem"
    public.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
        )
    )
    return public, private


def make_dh_parameters(prime: int) -> str:
    """A group with generator 2 as OpenSSL reads it: SEQUENCE { INTEGER prime, INTEGER 2 } in PEM."""
    number = prime.to_bytes(prime.bit_length() // 8 + 1, "big")
    content = b"\x02\x81" + bytes([len(number)]) + number + b"\x02\x01\x02"
    encoded = base64.encodebytes(b"\x30\x81" + bytes([len(content)]) + content).decode("ascii")
    return f"-----BEGIN DH PARAMETERS-----\n{encoded}-----END DH PARAMETERS-----\n"


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = b"<rss><channel></channel></rss>"
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass


class Quiet(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: Any) -> None:
        """A refused handshake is what is tested."""


@pytest.fixture(params=["strong", "short"])
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, int, Path]]:
    """A server on loopback with a certificate of its own: with today's ciphers, or with a short DH group only."""
    public, private = make_certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(public, private)
    if request.param == "short":
        path = tmp_path / "dh.pem"
        path.write_text(make_dh_parameters(SHORT_PRIME), encoding="ascii")
        context.set_ciphers("DHE-RSA-AES128-GCM-SHA256:@SECLEVEL=0")
        context.load_dh_params(path)
        context.maximum_version = ssl.TLSVersion.TLSv1_2
    http = Quiet(("127.0.0.1", 0), Handler)
    http.socket = context.wrap_socket(http.socket, server_side=True, do_handshake_on_connect=False)
    threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    yield request.param, http.server_address[1], public
    http.shutdown()
    http.server_close()


def visit(port: int, tls: str, tmp_path: Path) -> Visit:
    source = parse_source(
        f"""
        name = "x"
        name_en = "x"
        kind = "ministry"
        country = "VN"
        language = "vi"
        family = "epi"
        home = "https://localhost:{port}/"
        hosts = ["localhost"]
        tls = "{tls}"
        pace = {{delay = 0}}
        [[entries]]
        kind = "feed"
        url = "https://localhost:{port}/f.rss"
        what = "f"
        evidence = "seen"
        may_be_empty = true
        """,
        "trial.toml",
    )
    options = CrawlOptions(
        database_url=f"sqlite:///{tmp_path}/a.db", private_hosts=("localhost",), settings=(("RETRY_TIMES", 0),)
    )
    return crawl([source], options)[0]


@pytest.mark.parametrize(
    ("tls", "trusted", "answers"),
    [
        # whether the certificate is trusted; which servers then answer
        ("strict", True, {"strong"}),
        ("seclevel1", True, {"strong", "short"}),
        ("unverified", True, {"strong", "short"}),
        ("strict", False, set()),
        ("seclevel1", False, set()),
        ("unverified", False, {"strong", "short"}),
    ],
)
def test_policy(
    server: tuple[str, int, Path],
    tls: str,
    trusted: bool,
    answers: set[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    kind, port, certificate = server
    empty = tmp_path / "none.pem"
    empty.write_text("")
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate if trusted else empty))
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path / "nowhere"))
    with caplog.at_level(logging.WARNING):
        run = visit(port, tls, tmp_path)
    assert (run.state is VisitState.FINISHED) is (kind in answers), run.problems
    if kind not in answers:
        assert "TLS" in run.problems[0]
    warned = [r.getMessage() for r in caplog.records if "relaxed" in r.getMessage()]
    assert len(warned) == (tls != "strict")
