"""What is not to be published: indicators of values that are known to be harmless, and would block everybody.

The known-good lists (:mod:`tocsin.sharing.known_good`) say what a value is; here it is decided what that means
for a warning that many will load into their firewalls (8.8.8.8, 10.0.0.0/8, google.com, the hash of an
empty file). ``block``: such an indicator is a slip in any case. ``inform``: a person is told, and may know better: an
attacker's page on a shared host is a good indicator, and so is a name under a popular one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from tocsin.sharing.known_good import KnownGood, KnownGoodNote, host_of, plain_address

__all__ = ["Severity", "Stop", "stops"]

Severity = Literal["block", "inform"]

_NEVER: Final = frozenset({"special-use", "resolver", "empty-or-test", "known-file", "public-suffix"})
"""Categories whose values are never an indicator, nor is any address in a network of theirs."""

_NEVER_ITSELF: Final = frozenset({"popular", "vendor"})
"""Categories whose names are never an indicator themselves; those under them may be (a customer's, a user's)."""

_WHY: Final = {
    "special-use": "is reserved by a standard, and no host on the Internet",
    "sinkhole": "is run by defenders: who contacts it is hit, but it is no attacker's",
    "empty-or-test": "is an empty file, a test file, or one that is in many lists by mistake",
    "known-file": "is a widely distributed, benign file or certificate",
    "popular": "is among the most used names: it would alarm everybody",
    "vendor": "is a large vendor's own: it would alarm everybody",
    "cloud": "is shared by very many customers of a cloud or content network",
    "resolver": "is a public DNS resolver",
    "mail": "is a large mail provider's server",
    "public-suffix": "is a suffix under which names are sold, not a name",
}
_HASH_PREFIXES = ("file:hashes", "artifact:hashes", "x509-certificate:hashes")


@dataclass(frozen=True, slots=True)
class Stop:
    """A value of an indicator that is on a list. ``entry`` is the list's; ``why`` completes "VALUE ...: it ..."."""

    value: str
    list_name: str
    severity: Severity
    why: str
    entry: str = ""
    path: str = ""


def stops(values: Iterable[tuple[str, str]], known_good: KnownGood) -> tuple[Stop, ...]:
    """What speaks against publishing an indicator whose pattern compares ``values`` (object path and constant).

    At most one stop a value and list, those that block first, else in the order of the values and lists. A network is
    looked up as a whole (an entry covers it) and by what lies in it, as is a name by itself and the names above it.
    """
    found: dict[tuple[str, str], Stop] = {}
    for path, value in values:
        for kind, text in _kinds(path, value):
            for note in known_good.notes("domain" if kind == "mailbox" else kind, text):
                _add(found, _stop(path, value, text, kind, note))
            if kind == "cidr":
                for note in known_good.inside(text):
                    _add(found, _inside(path, value, note))
    return tuple(sorted(found.values(), key=lambda stop: stop.severity != "block"))


def _add(found: dict[tuple[str, str], Stop], stop: Stop) -> None:
    held = found.get((stop.value, stop.list_name))
    if held is None or (held.severity, stop.severity) == ("inform", "block"):
        found[stop.value, stop.list_name] = stop


def _kinds(path: str, value: str) -> Iterable[tuple[str, str]]:
    """As what ``value`` is looked up, by its path where that says it, else by its looks."""
    text = value.strip()
    type, _, rest = path.partition(":")
    if path.startswith(_HASH_PREFIXES) or ".hashes." in rest:
        return (("hash", text),)
    if "@" in text and type in {"email-addr", "email-message", "user-account"}:
        return (("mailbox", text.rpartition("@")[2]),)
    if type == "url":
        return (("url", text),)
    network = plain_address(text)
    if network is not None:
        whole = network.max_prefixlen == network.prefixlen
        return (
            (
                f"ipv{network.version}" if whole else "cidr",
                str(network.network_address if whole else network),
            ),
        )
    if type == "domain-name" or rest.endswith("_ref.value"):
        return (("domain", text),)
    return ()


def _stop(path: str, value: str, text: str, kind: str, note: KnownGoodNote) -> Stop:
    severity: Severity = "inform"
    if note.category == "special-use":
        severity = "block"
    elif kind == "mailbox":
        pass  # One mailbox at a large provider is a good indicator.
    elif note.category in _NEVER:
        # A page on a host that anybody may reach is a thing of its own.
        severity = "block" if kind != "url" or _is_bare(text, note.entry) else "inform"
    elif note.category in _NEVER_ITSELF and _is_name(kind, text, note.entry):
        severity = "block"
    return Stop(value, note.list_name, severity, _why(note), note.entry, path)


def _inside(path: str, value: str, note: KnownGoodNote) -> Stop:
    severity: Severity = "block" if note.category == "special-use" else "inform"
    return Stop(value, note.list_name, severity, f"holds {note.entry}, which {_why(note)}", note.entry, path)


def _is_name(kind: str, text: str, entry: str) -> bool:
    """Whether ``text`` is the listed name itself, also as its ``www``, and not one under it or a page on it."""
    if kind == "url":
        return _is_bare(text, entry)
    return kind == "domain" and _without_www(text) == _without_www(entry)


def _is_bare(url: str, entry: str) -> bool:
    """Whether a URL names a whole host, with no page on it, and that host is the entry or lies in it."""
    rest = url.partition("://")[2] or url
    host = host_of(url)
    page = rest.rpartition("@")[2].partition("/")[2]
    if page or "?" in rest or "#" in rest:
        return False
    return plain_address(host) is not None or _without_www(host) == _without_www(host_of(entry))


def _without_www(name: str) -> str:
    return name.strip().lower().rstrip(".").removeprefix("www.")


def _why(note: KnownGoodNote) -> str:
    return _WHY.get(note.category, f"is on a list of what is often harmless ({note.description})")
