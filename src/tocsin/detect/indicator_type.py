"""Values whose list says what they are: attribute types of MISP, OTX and the like."""

from __future__ import annotations

from typing import Final

from tocsin.detect.defang import refang
from tocsin.detect.observable_kind import Observable, classify, classify_domain, classify_hash, string_literal
from tocsin.limits import PATTERN_BYTES

__all__ = ["NO_INDICATORS", "classify_as"]

_NO_INDICATORS = (
    "anonymised attachment campaign-id campaign-name comment cpe cve datetime external link hex other-text"
    " phone-number text threat-actor vulnerability weakness whois-creation-date"
)
NO_INDICATORS: Final = frozenset(_NO_INDICATORS.split())
"""Types that tell of an attack, but are nothing that a log could hold."""

_VALUE_CHARS: Final = PATTERN_BYTES // 16
_DOMAINS: Final = frozenset(["domain", "domain-name", "domainname", "fqdn", "host", "hostname", "dns"])

_PATHS: Final = {
    "filename": "file:name",
    "file-name": "file:name",
    "imphash": "file:hashes.IMPHASH",
    "filehash-imphash": "file:hashes.IMPHASH",
    "mutex": "mutex:name",
    "regkey": "windows-registry-key:key",
    "user-agent": "network-traffic:extensions.'http-request-ext'.request_header.'User-Agent'",
    "x509-fingerprint-md5": "x509-certificate:hashes.MD5",
    "x509-fingerprint-sha1": "x509-certificate:hashes.'SHA-1'",
    "x509-fingerprint-sha256": "x509-certificate:hashes.'SHA-256'",
}


def classify_as(type: str, value: str) -> list[Observable]:
    """Recognise ``value`` as what ``type`` (in lower case) says; a composite (``domain|ip``) gives several.

    A type that is not known leaves the value to speak for itself. Empty where nothing is recognised.
    """
    if type in _DOMAINS:
        found = classify_domain(value) or classify(value)
        return [found] if found else []
    path = _PATHS.get(type)
    if path is not None:
        text = value.strip()
        if path.startswith(("file:hashes", "x509")):
            text = text.lower() if classify_hash(text) else ""
        elif type == "regkey":
            text = text.rstrip("\\")
        if not 0 < len(text) <= _VALUE_CHARS:
            return []
        return [Observable(type, text, f"[{path} = {string_literal(text)}]")]
    if "|" not in type or "|" not in value:
        found = classify(value)
        return [found] if found else []
    first, second = (part.strip() for part in value.rsplit("|", 1))
    if type.startswith("filename|"):
        parts = [classify_hash(refang(second))]
    elif type.endswith("|port"):
        host = refang(first)
        parts = [classify(f"[{host}]:{second}" if ":" in host else f"{host}:{second}")]
    else:
        parts = [classify(first), classify(second)]
    return [part for part in parts if part is not None]
