"""Dates as TAXII servers write them, whatever the standard says (TAXII 2.1 section 3.2: six decimals, Z)."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

__all__ = ["moment_before", "taxii_date"]

_DATE = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d(?::\d\d)?)(?:[.,](\d+))?\s*(Z|z|[+-]\d\d:?\d\d)?", re.ASCII
)
_JAVASCRIPT_DATE = re.compile(r"\w{3} (\w{3}) (\d\d) (\d{4}) (\d\d:\d\d:\d\d) GMT([+-]\d{4})", re.ASCII)


def taxii_date(text: str) -> str:
    """``text`` as a TAXII timestamp (six decimals, Z), cut off and never rounded up; "" if it is no date.

    Read are RFC 3339 with any offset and number of decimals, without the T or the offset, and the dates of
    HTTP and JavaScript. An earlier date than meant brings objects again, a later one would lose some.
    """
    text = text.strip().strip('"')
    with suppress(ValueError, OverflowError, TypeError):
        found = _DATE.fullmatch(text)
        if found is not None:
            day, hour, fraction, zone = found.groups()
            zone = "+00:00" if zone in {None, "Z", "z"} else zone
            when = datetime.fromisoformat(f"{day}T{hour}.{(fraction or '')[:6].ljust(6, '0')}{zone}")
        else:
            script = _JAVASCRIPT_DATE.match(text)
            plain = f"{script[2]} {script[1]} {script[3]} {script[4]} {script[5]}" if script else text
            when = parsedate_to_datetime(plain)
        return _written(when if when.tzinfo else when.replace(tzinfo=UTC))
    return ""


def moment_before(date: str) -> str:
    """The TAXII timestamp a microsecond before ``date``, itself one; ``date`` if there is none."""
    with suppress(ValueError, OverflowError):
        return _written(datetime.fromisoformat(date) - timedelta(microseconds=1))
    return date


def _written(when: datetime) -> str:
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f").rjust(26, "0") + "Z"
