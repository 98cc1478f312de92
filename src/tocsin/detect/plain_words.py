"""Object paths in the words of a person who never saw STIX."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["in_plain_words"]

_WORDS = (
    ("domain-name:value", "domain names"),
    ("ipv4-addr:", "IP addresses"),
    ("ipv6-addr:", "IP addresses"),
    ("url:", "URLs"),
    ("email-addr:", "e-mail addresses"),
    ("email-message:", "e-mail messages"),
    ("file:hashes", "file hashes"),
    ("file:", "files"),
    ("directory:", "files"),
    ("process:command_line", "command lines of processes"),
    ("process:parent_ref.command_line", "command lines of processes"),
    ("process:extensions.'windows-service-ext'", "Windows services"),
    ("process:", "processes"),
    ("windows-registry-key:", "registry keys"),
    ("network-traffic:extensions.'http-request-ext'", "web requests"),
    ("network-traffic:", "network connections"),
    ("user-account:", "user accounts"),
    ("x509-certificate:", "certificates"),
    ("mac-addr:", "MAC addresses"),
)


def in_plain_words(paths: Iterable[str]) -> str:
    """Return what ``paths`` are about, each thing once, as in *domain names and file hashes*.

    A path that there are no words for stays as it is.
    """
    words = list(dict.fromkeys(map(_words, paths)))
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}" if words else ""


def _words(path: str) -> str:
    return next((words for start, words in _WORDS if path.startswith(start)), path)
