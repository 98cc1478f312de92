"""What kind of observable a bare value is, and the STIX pattern that finds it."""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from typing import Final

import msgspec

from tocsin.detect.defang import refang
from tocsin.limits import PATTERN_BYTES

__all__ = [
    "FILE_EXTENSIONS",
    "Observable",
    "classify",
    "classify_domain",
    "classify_hash",
    "regex_literal",
    "string_literal",
]

_EXTENSIONS = (
    "apk asp aspx bak bash bat bin cfg cgi chm class cmd conf cpl cs csh csproj dll dmg elf exe hta inf ini"
    " jar js jse jsp jspx ko lnk msc msi msp mui ocx old orig php phtml ps1 psd1 psm1 pyc pyd rb reg scr sln"
    " sys tmp vb vbe vbs vbscript wsf wsh accdb avi bmp cer crt csv css dat db der dmp doc docm docx dotm"
    " dotx eml evtx gif htm html ico ics iso jpeg jpg json jsonl key lock log mdb mht mpeg mpg msg odp ods"
    " odt ost pdf pem pfx png pot potx pps ppsx ppt pptm pptx pst rtf sql sqlite svg swf tif tiff txt"
    " vhd vhdx wav webp xla xlam xll xls xlsb xlsm xlsx xml xsl yaml yml ace arj gz lz lzh rar tar tgz xz"
)
FILE_EXTENSIONS: Final = frozenset(_EXTENSIONS.split())
"""Last labels that say *file*, not *domain*: extensions that are met often and that are no top-level domain.

An extension that is a top-level domain too (com, zip, mov, sh, pl, py, rs, so, ps, md, app, cab) is read as a
domain, since malicious names under them are many and a file's bare name in a list of indicators is rare.
"""

_VALUE_CHARS: Final = PATTERN_BYTES // 16  # escaped, twice, and in UTF-8 it still fits into a pattern

_OCTET = r"(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)"
_IPV4 = re.compile(rf"({_OCTET}(?:\.{_OCTET}){{3}})(?::(\d{{1,5}})|/(\d{{1,2}}))?", re.ASCII)
_DOMAIN = re.compile(
    r"(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+([a-z]{2,24}|xn--[a-z0-9-]{1,59}|i2p)", re.ASCII
)
_HASH = re.compile(
    r"(?:(?:md5|sha-?(?:1|256|512))[:=])?([0-9a-f]{32}(?:[0-9a-f]{8}|[0-9a-f]{32}|[0-9a-f]{96})?)", re.ASCII
)
_IPV6 = re.compile(r"([0-9a-f:.]{2,45})(?:/(\d{1,3}))?", re.ASCII)
_IPV6_IN_BRACKETS = re.compile(r"\[([0-9a-f:.]{2,45})\](?::(\d{1,5}))?", re.ASCII)
_URL = re.compile(r"([a-z][a-z0-9+.-]{1,15})://([^/?#\\]+)((?:[/?#].*)?)", re.ASCII | re.IGNORECASE)
_HOST_PATH = re.compile(r"([^/?#\\@]+)(/.*)")
_PORT_AT_END = re.compile(r"(.+):(\d{1,5})", re.ASCII)
_EMAIL = re.compile(r"(?:mailto:)?([\w.!#$%&'*+/=?^`{|}~-]{1,64})@(.+)", re.IGNORECASE)
_BLANK_OR_CONTROL = re.compile(r"[\s\x00-\x1f\x7f-\x9f]")
_HASH_NAMES: Final = {32: "MD5", 40: "SHA-1", 64: "SHA-256", 128: "SHA-512"}
_RE2_SPECIAL = re.compile(r"([\\.+*?()|\[\]{}^$])")


class Observable(msgspec.Struct, frozen=True, gc=False):
    """A value in canonical form, its kind, and the STIX pattern that finds it.

    ``kind`` is ipv4, ipv6, cidr, ip:port, domain:port, domain, suffix, url, path, md5, sha1, sha256, sha512
    or email, or what a typed list says (``filename``, ``mutex``).
    """

    kind: str
    value: str
    pattern: str


def classify(value: str) -> Observable | None:
    """Recognise one bare value, defanged or not; None if it is nothing that a pattern can be made of.

    Domains and hashes are lower-cased, IPv6 is written as RFC 5952 says, a network without its host
    bits. A dotted name is a domain only if its last label can be a top-level domain and is none of
    ``FILE_EXTENSIONS``. ``host/path`` is a URL under http or https, ``/path`` any URL that ends in it
    (whatever query follows), ``*.name`` or ``.name.tld`` any domain below it. Takes time linear in
    the length.
    """
    text = refang(value)
    if not 3 <= len(text) <= _VALUE_CHARS:
        return None
    found = _IPV4.fullmatch(text)
    if found is not None:
        return _ipv4(found[1], found[2], found[3])
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    lower = text.lower()
    found = _DOMAIN.fullmatch(lower)
    if found is not None:
        return None if found[1] in FILE_EXTENSIONS or len(lower) > 253 else _domain(lower)
    return classify_hash(lower) or _other(text, lower)


def classify_hash(text: str) -> Observable | None:
    """Recognise a file's MD5, SHA-1, SHA-256 or SHA-512 by its length."""
    found = _HASH.fullmatch(text.lower())
    if found is None:
        return None
    digest = found[1]
    name = _HASH_NAMES[len(digest)]
    path = "MD5" if name == "MD5" else f"'{name}'"
    return Observable(name.replace("-", "").lower(), digest, f"[file:hashes.{path} = '{digest}']")


def classify_domain(value: str) -> Observable | None:
    """Recognise a domain name where the list itself says that it is one, whatever its last label."""
    text = _domain_text(refang(value))
    return _domain(text) if text else None


def string_literal(text: str) -> str:
    """Write ``text`` as a string literal of the pattern language (STIX 2.1 section 9.2)."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def regex_literal(text: str) -> str:
    """Write ``text`` as a regular expression that matches it alone (RE2 and PCRE)."""
    return _RE2_SPECIAL.sub(r"\\\1", text)


def _other(text: str, lower: str) -> Observable | None:
    if _BLANK_OR_CONTROL.search(text) is not None:
        return None
    if text.startswith("/"):
        return _path(text)
    if lower.startswith(("*.", ".")):
        return _suffix(lower.removeprefix("*"), wildcard=lower.startswith("*"))
    if "://" in text:
        return _url(text)
    if "/" not in text or "@" in text:
        found = _EMAIL.fullmatch(lower)
        if found is not None:
            host = _domain_text(found[2])
            address = f"{found[1]}@{host}"
            return (
                Observable("email", address, f"[email-addr:value = {string_literal(address)}]")
                if host
                else None
            )
    if ":" in text:
        found = _IPV6_IN_BRACKETS.fullmatch(lower)
        if found is not None:
            return _ipv6(found[1], found[2], None)
        found = _IPV6.fullmatch(lower)
        if found is not None:
            return _ipv6(found[1], None, found[2])
    if "/" in text:
        return _url_without_scheme(text)
    return _named_endpoint(lower) if ":" in text else _international(lower)


# -- addresses --------------------------------------------------------------------------------


def _ipv4(address: str, port: str | None, prefix: str | None) -> Observable | None:
    if port is not None:
        return _endpoint("ip:port", address, port)
    if prefix is None or prefix == "32":
        return Observable("ipv4", address, f"[ipv4-addr:value = '{address}']")
    if not 1 <= int(prefix) <= 32:
        return None
    network = str(ipaddress.IPv4Network((address, int(prefix)), strict=False))
    return Observable("cidr", network, f"[ipv4-addr:value ISSUBSET '{network}']")


def _ipv6(text: str, port: str | None, prefix: str | None) -> Observable | None:
    try:
        address = ipaddress.IPv6Address(text)
    except ValueError:
        return None
    if address.ipv4_mapped is not None:
        return _ipv4(str(address.ipv4_mapped), port, None) if prefix is None else None
    if port is not None:
        return _endpoint("ip:port", str(address), port)
    if prefix is None or prefix == "128":
        return Observable("ipv6", str(address), f"[ipv6-addr:value = '{address}']")
    if not 1 <= int(prefix) <= 128:
        return None
    network = str(ipaddress.IPv6Network((address, int(prefix)), strict=False))
    return Observable("cidr", network, f"[ipv6-addr:value ISSUBSET '{network}']")


def _endpoint(kind: str, host: str, port: str) -> Observable | None:
    number = int(port)
    if not 1 <= number <= 65535:
        return None
    value = f"[{host}]:{number}" if ":" in host else f"{host}:{number}"
    pattern = f"[network-traffic:dst_ref.value = '{host}' AND network-traffic:dst_port = {number}]"
    return Observable(kind, value, pattern)


def _named_endpoint(lower: str) -> Observable | None:
    found = _PORT_AT_END.fullmatch(lower)
    host = _domain_text(found[1], files=False) if found else ""
    return _endpoint("domain:port", host, found[2]) if found and host else None


# -- names ------------------------------------------------------------------------------------


def _domain_text(text: str, *, files: bool = True) -> str:
    """A domain name in lower case and ASCII, "" if it is none; ``files`` allows a file's extension."""
    lower = text.lower().removesuffix(".")
    if not lower.isascii():
        try:
            lower = lower.encode("idna").decode("ascii") if len(lower) <= 253 else ""
        except UnicodeError:
            return ""
    found = _DOMAIN.fullmatch(lower) if len(lower) <= 253 else None
    return lower if found is not None and (files or found[1] not in FILE_EXTENSIONS) else ""


def _domain(lower: str) -> Observable:
    return Observable("domain", lower, f"[domain-name:value = '{lower}']")


def _international(lower: str) -> Observable | None:
    """A name that is not plain ASCII, or that ends in a dot; logs hold either spelling of an IDN."""
    ascii_form = _domain_text(lower, files=False)
    if not ascii_form:
        return None
    if lower.isascii():
        return _domain(ascii_form)
    spellings = f"{string_literal(ascii_form)}, {string_literal(lower.removesuffix('.'))}"
    return Observable("domain", ascii_form, f"[domain-name:value IN ({spellings})]")


def _suffix(lower: str, *, wildcard: bool) -> Observable | None:
    name = lower[1:]
    # A whole top-level domain is too much to warn of, unless the list says so with a star.
    if not (_domain_text(f"x.{name}", files=False) and name.isascii() and (wildcard or "." in name)):
        return None
    name = name.removesuffix(".")
    if "_" in name:  # LIKE takes "_" for any character and has no escape
        ending = string_literal(regex_literal(f".{name}") + "$")
        return Observable("suffix", f"*.{name}", f"[domain-name:value MATCHES {ending}]")
    return Observable("suffix", f"*.{name}", f"[domain-name:value LIKE '%.{name}']")


# -- URLs -------------------------------------------------------------------------------------


def _url(text: str) -> Observable | None:
    found = _URL.fullmatch(text)
    if found is None:
        return None
    scheme, rest = found[1].lower(), found[3]
    user, at, host_port = found[2].rpartition("@")
    host_port = host_port.lower()
    if not _is_host(host_port, files=True):
        return None
    if scheme in ("tcp", "udp"):
        return classify(host_port) if ":" in host_port and rest in ("", "/") else None
    site = f"{scheme}://{user}{at}{host_port}"
    if rest in ("", "/"):
        return Observable("url", site, _one_of([site, f"{site}/"]))
    return Observable("url", site + rest, f"[url:value = {string_literal(site + rest)}]")


def _url_without_scheme(text: str) -> Observable | None:
    found = _HOST_PATH.fullmatch(text)
    if found is None or not _is_host(found[1].lower(), files=False):
        return None
    site, rest = found[1].lower(), found[2]
    endings = ["", "/"] if rest == "/" else [rest]
    return Observable(
        "url", site + rest, _one_of([f"{s}://{site}{e}" for s in ("http", "https") for e in endings])
    )


def _one_of(urls: list[str]) -> str:
    return f"[url:value IN ({', '.join(map(string_literal, urls))})]"


def _is_host(text: str, *, files: bool) -> bool:
    """Whether ``text`` is a domain or address, with or without a port."""
    found = _IPV4.fullmatch(text)
    if found is not None:
        return found[3] is None and (found[2] is None or _is_port(found[2]))
    if text.startswith("["):
        found = _IPV6_IN_BRACKETS.fullmatch(text)
        return found is not None and _ipv6(found[1], found[2], None) is not None
    host, colon, port = text.partition(":")
    return bool(_domain_text(host, files=files)) and (not colon or _is_port(port))


def _is_port(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 5 and 1 <= int(text) <= 65535


def _path(text: str) -> Observable | None:
    if text.startswith("//") or not any(map(str.isalnum, text)):
        return None
    # What may follow is a query, or more of the one that the value has begun.
    rest = "(&.*)?$" if "?" in text else r"(\?.*)?$"
    return Observable("path", text, f"[url:value MATCHES {string_literal(regex_literal(text) + rest)}]")
