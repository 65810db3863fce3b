"""Retry-After in its forms."""

from datetime import UTC, datetime

import pytest

from spiders.download.politeness import retry_after

NOW = datetime(2026, 10, 10, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (b"120", 120.0),
        (b" 0 ", 0.0),
        (b"Sat, 10 Oct 2026 12:00:30 GMT", 30.0),
        (b"Sat, 10 Oct 2026 11:00:00 GMT", 0.0),
        (b"soon", None),
        (b"-5", None),
        (b"", None),
        (None, None),
        ("٣".encode(), None),
        (b"9" * 400, 999_999_999.0),
    ],
)
def test_retry_after(value: bytes | None, seconds: float | None) -> None:
    assert retry_after(value, NOW) == seconds
