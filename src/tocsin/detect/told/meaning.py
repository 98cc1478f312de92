"""What a finding means, in words for someone who reads no logs."""

from __future__ import annotations

from collections.abc import Mapping

from tocsin.detect.result import Finding
from tocsin.detect.told.hosts import hosts_of, named
from tocsin.model.told.escape import visible

__all__ = ["NOTE_ADVICE", "NOTE_WORDS", "meaning"]

NOTE_WORDS = {
    "known-good": "Probably harmless",
    "before-validity": "Before the warning's time",
    "after-validity": "After the warning's time",
    "shared": "Used by many, good and bad",
    "sinkhole": "Now held by defenders",
    "no-time": "When is not known",
}
"""Each kind of note in plain words."""

NOTE_ADVICE = {
    "known-good": "It may be a false alarm: have the row looked at before acting.",
    "before-validity": "What the warning names may not have been the intruders' yet.",
    "after-validity": "What the warning names may no longer be the intruders'.",
    "shared": "This neither clears nor confirms the finding: intruders use such services too.",
    "sinkhole": "A machine that still calls it is probably infected.",
    "no-time": "It may be part of another finding, or long past: look for the time in the log itself.",
}
"""What each kind of note means for whoever must act."""

VALUE_SHOWN = 100

_BY_PATH = {
    "domain-name:value": "The internet name {} was looked up or contacted",
    "ipv4-addr:value": "There was network traffic with the address {}",
    "ipv6-addr:value": "There was network traffic with the address {}",
    "mac-addr:value": "There was traffic with the network card {}",
    "url:value": "The web address {} was requested",
    "email-addr:value": "The e-mail address {} took part in a message",
    # A web server's log names the files that visitors ask for, whether they are there or not.
    "file:name": "A file named {} was there or was asked for",
    "directory:path": "The folder {} was there",
    "mutex:name": "A running program held the marker {}",
    "process:command_line": "A program was run with the command {}",
    "windows-registry-key:key": "The Windows registry key {} was used",
    "user-account:account_login": "The account {} was used",
    "user-account:user_id": "The account {} was used",
}
_BY_TYPE = {
    "domain-name": "The internet name {} was looked up or contacted",
    "email-message": "There was an e-mail message with {}",
    "network-traffic": "There was network traffic with {}",
    "process": "A program was run: {}",
    "windows-registry-key": "The Windows registry was used with {}",
    "user-account": "An account was used: {}",
    "x509-certificate": "A certificate was used: {}",
    "software": "The software {} was there",
    "file": "A file was there: {}",
}


def meaning(finding: Finding) -> str:
    """Return one or two sentences: what was seen, where, and how many other values of the warning with it."""
    values = next((example.values for example in finding.examples if example.values), {})
    hosts = hosts_of(finding)
    where = f" on {named(hosts, VALUE_SHOWN)}" if hosts else ""
    if not values:
        return f"A log row{where} is what the warning describes."
    told, used = _tell(values)
    more = len(values) - used
    others = "one more value" if more == 1 else f"{more} more values"
    also = f" The same row holds {others} that the warning names." if more else ""
    return f"{told}{where}; the warning names it.{also}"


def _tell(values: Mapping[str, str]) -> tuple[str, int]:
    """Return what the first value says, and how many values that takes in."""
    path, value = next(iter(values.items()))
    kind, _, rest = path.partition(":")
    if rest.startswith("hashes"):
        name = values.get("file:name", "") if kind == "file" else ""
        if name:
            return f"The file {_shown(name)}, known by its fingerprint, was there", 2
        thing = "certificate" if kind == "x509-certificate" else "file"
        return f"A {thing} with the fingerprint {_shown(value, 16)} was there", 1
    if rest.startswith("extensions.'http-request-ext'"):
        return f"There was a web request with {_shown(value)}", 1
    phrase = _BY_PATH.get(path) or _BY_TYPE.get(kind, "A log row holds the value {}")
    return phrase.format(_shown(value)), 1


def _shown(value: str, limit: int = VALUE_SHOWN) -> str:
    return visible(value if len(value) <= limit else f"{value[:limit]}...")
