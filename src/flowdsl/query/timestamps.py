"""Timestamps as Step Functions reads them: RFC 3339 with an upper-case T and a zone."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache

_FORM = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(?:Z|([+-])(\d\d):(\d\d))", re.ASCII
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@lru_cache(maxsize=1024)
def instant(text: str) -> int | None:
    """Nanoseconds since 1970 of an RFC 3339 timestamp, or None when the text is none."""
    found = _FORM.fullmatch(text)
    if found is None:
        return None
    year, month, day, hour, minute, second, fraction, sign, zone_hours, zone_minutes = found.groups()
    zone = UTC
    if sign is not None:
        if int(zone_hours) > 18 or int(zone_minutes) > 59:
            return None
        shift = timedelta(hours=int(zone_hours), minutes=int(zone_minutes))
        zone = timezone(-shift if sign == "-" else shift)
    try:
        whole = datetime(int(year), int(month), int(day), int(hour), int(minute), int(second or 0), tzinfo=zone)
    except ValueError:
        return None
    since = whole - _EPOCH
    return (since.days * 86400 + since.seconds) * 1_000_000_000 + int((fraction or "0").ljust(9, "0"))
