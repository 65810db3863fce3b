"""The ground rules that conftest lays down for every test."""

import os
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow


def test_nothing_leaves_this_machine() -> None:
    with socket.socket() as sock, pytest.raises(AssertionError, match="would leave this machine"):
        sock.connect(("192.0.2.1", 80))
    with socket.socket(type=socket.SOCK_DGRAM) as sock, pytest.raises(AssertionError, match="would leave"):
        sock.sendto(b"x", ("192.0.2.1", 53))
    with pytest.raises(OSError, match="would look up a name"):
        urllib.request.urlopen("http://example.com/", timeout=1)


def test_loopback_is_free() -> None:
    server = socket.create_server(("127.0.0.1", 0))
    with server, socket.create_connection(("localhost", server.getsockname()[1]), timeout=5):
        pass


@pytest.mark.parametrize(("ci", "status"), [("true", 1), ("", 0)])
def test_a_skip_in_ci_fails_the_session(tmp_path: Path, ci: str, status: int) -> None:
    (tmp_path / "conftest.py").write_bytes((Path(__file__).with_name("conftest.py")).read_bytes())
    (tmp_path / "test_it.py").write_text(
        "import pytest\n"
        "def test_called(): pytest.skip('no server')\n"
        "@pytest.mark.skip(reason='no driver')\ndef test_marked(): ...\n"
        "def test_spared(): pytest.skip('optional: no browser')\n"
    )
    environment = {**os.environ, "CI": ci, "PYTHONPATH": os.getcwd()}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", os.devnull, str(tmp_path)]
    run = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60)
    assert run.returncode == status, run.stdout
    for said in ("counted as failures", "no server", "no driver"):
        assert (said in run.stdout) is bool(status)
    assert "no browser" not in run.stdout
