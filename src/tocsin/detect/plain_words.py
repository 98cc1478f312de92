"""Object paths in the words of a person who never saw STIX."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

__all__ = ["ADDRESSES", "in_plain_words", "listed_words", "plain_words"]

ADDRESSES = "IP addresses"

_WORDS = (
    ("domain-name:resolves_to_refs", "the addresses that names resolve to"),
    ("domain-name:", "domain names"),
    ("ipv4-addr:", ADDRESSES),
    ("ipv6-addr:", ADDRESSES),
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


def plain_words(paths: Iterable[str]) -> tuple[str, ...]:
    """Return what ``paths`` are about, each thing once. A path that there are no words for stays as it is."""
    return tuple(dict.fromkeys(map(_words, paths)))


def listed_words(words: Sequence[str]) -> str:
    """Write words one after another, as in *domain names, URLs and file hashes*; of none ""."""
    return " and ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))


def in_plain_words(paths: Iterable[str]) -> str:
    """Return what ``paths`` are about, each thing once, as in *domain names and file hashes*."""
    return listed_words(plain_words(paths))


def _words(path: str) -> str:
    return next((words for start, words in _WORDS if path.startswith(start)), path)
