"""What must never be asked or dialled, in all spellings."""

import asyncio
import ipaddress
import socket
from typing import Any

import pytest

from spiders.download.guard import GuardedResolver, is_public, literal, refusal
from spiders.source import load_sources

SOURCE = load_sources()["suckhoedoisong_vn"]


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.8.8.8", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",
        "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255", "192.0.2.1",
        "192.88.99.1", "3fff::1", "198.18.0.1", "::", "::1",
        "fe80::1", "fc00::1", "fd12::1", "ff02::1", "fec0::1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::127.0.0.1",
        "2002:7f00:1::1", "2002:808:808::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "64:ff9b::7f00:1",
        "64:ff9b:1::a00:1", "2001:db8::1",
    ],
)  # fmt: skip
def test_not_public(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", ["8.8.8.8", "113.160.0.1", "2001:4860:4860::8888", "2405:4800::1"])
def test_public(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "127.1", "0x7f.1", "0x7f000001", "2130706433", "017700000001", "0177.0.0.1", "127.0.0.1.",
     "１２７.０.０.１", "127。0。0。1"],
)  # fmt: skip
def test_odd_spellings_of_loopback(host: str) -> None:
    assert literal(host) == ipaddress.ip_address("127.0.0.1")


@pytest.mark.parametrize("host", ["[::1]", "::1", "[::ffff:127.0.0.1]", "[fe80::1%25eth0]"])
def test_odd_spellings_of_version_6(host: str) -> None:
    address = literal(host)
    assert address is not None
    assert not is_public(address)


@pytest.mark.parametrize("host", ["suckhoedoisong.vn", "a.b", "0x7f.example", "1e100.net"])
def test_names_are_no_addresses(host: str) -> None:
    assert literal(host) is None


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("https://suckhoedoisong.vn/rss/home.rss", None),
        ("http://www.suckhoedoisong.vn:80/", None),
        ("ftp://suckhoedoisong.vn/x", "not http"),
        ("file:///etc/passwd", "not http"),
        ("https://tuoitre.vn/", "foreign"),
        ("https://suckhoedoisong.vn.evil.example/", "foreign"),
        ("https://evil.example#@suckhoedoisong.vn/", "foreign"),
        ("https://suckhoedoisong.vn@evil.example/", "foreign"),
        ("https://user:pw@suckhoedoisong.vn/", "user name"),
        ("https://suckhoedoisong.vn:22/", "port"),
        ("https://suckhoedoisong.vn:99999/", "not an address"),
        ("http://127.0.0.1/", "foreign"),
        ("http://2130706433/", "foreign"),
    ],
)
def test_refusal(url: str, said: str | None) -> None:
    why = refusal(url, SOURCE, frozenset())
    assert why is None if said is None else said in str(why)


def test_a_source_on_a_private_address_needs_trust() -> None:
    inside = SOURCE.model_copy(update={"hosts": ("127.0.0.1",), "home": "http://127.0.0.1/"})
    assert "private" in str(refusal("http://127.0.0.1/x", inside, frozenset()))
    assert refusal("http://127.0.0.1/x", inside, frozenset({"127.0.0.1"})) is None


class Receiver:
    """Takes what a resolver gives."""

    def __init__(self) -> None:
        self.addresses: list[str] = []
        self.done = asyncio.Event()

    def resolutionBegan(self, resolution: Any) -> None:
        pass

    def addressResolved(self, address: Any) -> None:
        self.addresses.append(address.host)

    def resolutionComplete(self) -> None:
        self.done.set()


def resolve(host: str, answers: list[str], monkeypatch: pytest.MonkeyPatch, trusted: frozenset[str]) -> list[str]:
    async def run() -> list[str]:
        async def getaddrinfo(*_: Any, **__: Any) -> list[Any]:
            if not answers:
                raise socket.gaierror("unknown name")
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (answer, 0)) for answer in answers]

        monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", getaddrinfo)
        receiver = Receiver()
        GuardedResolver(None, trusted, 1.0).resolveHostName(receiver, host, 443)
        await asyncio.wait_for(receiver.done.wait(), 5)
        return receiver.addresses

    return asyncio.run(run())


class TestDialling:
    def test_public(self, monkeypatch: pytest.MonkeyPatch) -> None:
        assert resolve("a.example", ["8.8.8.8", "9.9.9.9"], monkeypatch, frozenset()) == ["8.8.8.8", "9.9.9.9"]

    def test_name_of_a_private_address(self, monkeypatch: pytest.MonkeyPatch) -> None:
        assert resolve("a.example", ["10.0.0.5"], monkeypatch, frozenset()) == []

    def test_private_among_public(self, monkeypatch: pytest.MonkeyPatch) -> None:
        assert resolve("a.example", ["8.8.8.8", "127.0.0.1"], monkeypatch, frozenset()) == []

    def test_trusted(self, monkeypatch: pytest.MonkeyPatch) -> None:
        assert resolve("127.0.0.1", ["127.0.0.1"], monkeypatch, frozenset({"127.0.0.1"})) == ["127.0.0.1"]

    def test_unknown_name(self, monkeypatch: pytest.MonkeyPatch) -> None:
        assert resolve("a.example", [], monkeypatch, frozenset()) == []
