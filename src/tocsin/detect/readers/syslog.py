"""Syslog lines, told apart from other text. None is read: messages have as many forms as there are programs."""

from __future__ import annotations

import re
from typing import Final

__all__ = ["is_syslog_line"]

_LINE: Final = re.compile(
    rb"""
    <\d{1,3}>  # a priority: RFC 3164 section 4.1, RFC 5424 section 6
    | (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\ [ 0-3]?\d  # Mar  2 08:15:00 host sshd[1]: ...
      (?:\ \d{4})?\ \d\d:\d\d:\d\d\S*\ +\S+\ +\S
    # The same as rsyslog writes it now; a level there is a program's own log.
    | \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\S*\ (?!(?:TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|FATAL|CRITICAL)\b)
      \S+\ [^\s:,;|\[]+(?:\[\d+\])?:\ \S
    """,
    re.VERBOSE,
)


def is_syslog_line(line: bytes) -> bool:
    """Tell whether a line begins as syslog does: over the wire (RFC 3164, RFC 5424), or in a file of /var/log."""
    return _LINE.match(line) is not None
