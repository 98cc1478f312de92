"""What each cast of a mapping makes of a text, said plainly: what the engine's SQL is held against.

Written from the descriptions in :class:`tocsin.detect.mapping.Cast`. Where these leave open what becomes of
text that is no such value (an address field that holds a word), :data:`UNSAID` is returned.
"""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any, Final

from tocsin.detect.mapping import Cast

__all__ = ["ABSENT", "UNSAID", "cast_value"]

ABSENT: Final = ("", "-", "(empty)", "null")
UNSAID: Final = object()

_BLANK = "[\t\n\f\r ]*"
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def cast_value(cast: Cast, text: str) -> Any:
    """``text`` cast: text, a number or a truth; times as microseconds since 1970; None where there is no value."""
    return None if text in ABSENT else _CASTS[cast](text)


def _composed(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def _refanged(text: str) -> str:
    if "[" not in text and text[:3] not in ("hxx", "hXX", "HXX"):
        return text
    text = re.sub(rf"(?i){_BLANK}[\[({{]{_BLANK}(?:\.|dot){_BLANK}[\])}}]{_BLANK}|\\\.", ".", text)
    text = re.sub(r"\[(:|://|@)\]", r"\1", text)
    text = re.sub(r"(?i)\[at\]", "@", text)
    return re.sub(r"(?i)\Ah(?:xx|\*\*)p", "http", text)


def _whole(text: str) -> Any:
    if re.fullmatch("0[xX][0-9a-fA-F]+", text):
        number = int(text, 16)
    elif re.fullmatch(r"[+-]?[0-9]+(\.0*)?", text):
        number = int(text.partition(".")[0])
    elif re.fullmatch(r"[+-]?[0-9]+\.[0-9]+", text):
        return None
    else:
        return UNSAID if any(character.isdigit() for character in text) else None
    return number if -(2**63) <= number < 2**63 else None


def _decimal(text: str) -> Any:
    if re.fullmatch(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,2})?", text):
        return float(text)
    return UNSAID if re.search("[0-9]|(?i:inf|nan)", text) else None


def _truth(text: str) -> bool | None:
    return {"true": True, "t": True, "1": True, "false": False, "f": False, "0": False}.get(text.lower())


def _address(text: str) -> str | None:
    text = _refanged(text).strip(" \t\n\f\r\v")
    if text.startswith("["):
        text, closed, port = text[1:].partition("]")
        if not closed or re.fullmatch("(?::[0-9]+)?", port) is None:
            return None
    elif text.count(":") == 1 and text.rpartition(":")[2].isdecimal():
        text = text.partition(":")[0]
    text = text.partition("%")[0]
    if re.fullmatch("[0-9]+", text):
        return str(ipaddress.ip_address(int(text))) if 2**24 <= int(text) < 2**32 else None
    return _one_address(re.sub("/32$" if ":" not in text else "/128$", "", text))


def _one_address(text: str) -> str | None:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    return str(getattr(address, "ipv4_mapped", None) or address)


def _domain(text: str) -> str | None:
    return _refanged(text).lower().rstrip(".") or None


def _url(text: str) -> str:
    text = _composed(_refanged(text))
    scheme, colon, rest = text.partition("://")
    if not colon or not re.fullmatch("[A-Za-z][A-Za-z0-9+.-]*", scheme):
        return text
    end = min((rest.find(mark) for mark in "/?#" if mark in rest), default=len(rest))
    user, at, host = rest[:end].rpartition("@")
    return scheme.lower() + colon + user + at + "".join(_small(one) for one in host) + rest[end:]


def _small(letter: str) -> str:
    return letter.lower()[0]


def _url_host(text: str) -> str | None:
    found = re.match(r"(?:[A-Za-z][A-Za-z0-9+.-]*:)?//(?:[^/@?#]*@)?(\[[^\]]*\]|[^/:?#]+)", _refanged(text))
    if found is None:
        return None
    if found[1].startswith("["):
        return _one_address(found[1][1:-1].partition("%")[0])
    return found[1].lower().rstrip(".") or None


def _url_path(text: str) -> str | None:
    return re.split("[?#]", _refanged(text), maxsplit=1)[0] or None


def _sysmon(name: str) -> Callable[[str], str | None]:
    def one(text: str) -> str | None:
        for part in text.split(","):
            key, _, value = part.partition("=")
            if key.upper() == name and (digits := re.match("[0-9A-Fa-f]+", value)):
                return digits[0].lower()
        return None

    return one


def _basename(text: str) -> str | None:
    parts = [part for part in re.split(r"[\\/]", text) if part]
    return parts[-1] if parts else None


def _dirname(text: str) -> Any:
    if "\n" in text:
        return UNSAID
    bare = text.rstrip("\\/")
    cut = max(bare.rfind("\\"), bare.rfind("/"))
    return bare[:cut].rstrip("\\/") or None if cut >= 0 else None


def _registry_key(text: str) -> str | None:
    text = _composed(text)
    for short, long in (
        ("HKLM", "HKEY_LOCAL_MACHINE"),
        ("HKCU", "HKEY_CURRENT_USER"),
        ("HKU", "HKEY_USERS"),
        ("HKCR", "HKEY_CLASSES_ROOT"),
        ("HKCC", "HKEY_CURRENT_CONFIG"),
        (r"\REGISTRY\MACHINE", "HKEY_LOCAL_MACHINE"),
        (r"\REGISTRY\USER", "HKEY_USERS"),
    ):
        hive, after = text[: len(short)], text[len(short) :]
        if (
            hive.upper() == short
            and after[:1] in ("", "\\", ":")
            and not (after[:1] == ":" and "\\" in short)
        ):
            text = long + after.lstrip(":")
            break
    return text.rstrip("\\") or None


def _protocol(text: str) -> str:
    return {"1": "icmp", "6": "tcp", "17": "udp", "58": "ipv6-icmp"}.get(text, text.lower())


def _micros(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(microseconds=1)


def _time(text: str) -> Any:
    found = re.fullmatch(
        r"(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d):(\d\d)(?:\.(\d+))?(Z|[+-]\d\d(?::?\d\d)?)?)?",
        text,
        re.ASCII,
    )
    if found is None:
        return UNSAID
    numbers = [int(part or 0) for part in found.groups()[:6]]
    leap = numbers[5] == 60
    numbers[5] -= leap
    offset = found[8] or "Z"
    try:
        moment = datetime(*numbers[:6], tzinfo=UTC)  # type: ignore[arg-type]
    except ValueError:
        return UNSAID
    if offset != "Z":
        digits = offset[1:].replace(":", "").ljust(4, "0")
        if int(digits[:2]) > 15 or int(digits[2:]) > 59:
            return UNSAID
        shift = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
        try:
            moment += -shift if offset[0] == "+" else shift
        except OverflowError:
            return None
    return _micros(moment) + leap * 1_000_000 + int((found[7] or "").ljust(6, "0")[:6])


def _in_calendar(micros: Decimal) -> int | None:
    whole = int(micros.to_integral_value(ROUND_HALF_UP))
    return (
        whole
        if _micros(datetime.min.replace(tzinfo=UTC)) <= whole <= _micros(datetime.max.replace(tzinfo=UTC))
        else None
    )


def _epoch(micros_each: int) -> Callable[[str], Any]:
    def one(text: str) -> Any:
        if not re.fullmatch(r"[+-]?[0-9]{1,18}(?:\.[0-9]{1,9})?", text):
            return UNSAID if any(character.isdigit() for character in text) else None
        return _in_calendar(Decimal(text) * micros_each)

    return one


def _time_any(text: str) -> Any:
    try:
        size = abs(Decimal(text))
    except InvalidOperation:
        return _time(text)
    if not size.is_finite() or not re.fullmatch(r"[+-]?[0-9.]+", text):
        return UNSAID
    for bound, micros_each in ((10**11, 1_000_000), (10**14, 1000)):
        if size < bound:
            return _epoch(micros_each)(text)
    if "." in text or size >= 2**63:
        return UNSAID
    return _in_calendar(Decimal(int(text) if size < 10**17 else int(text) // 1000))


def _time_clf(text: str) -> Any:
    found = re.fullmatch(r"(\d\d)/(\w{3})/(\d{4}):(\d\d):(\d\d):(\d\d) ([+-])(\d\d)(\d\d)", text, re.ASCII)
    if found is None or found[2] not in _MONTHS or int(found[8]) > 15 or int(found[9]) > 59:
        return UNSAID
    try:
        moment = datetime(
            int(found[3]),
            _MONTHS.index(found[2]) + 1,
            int(found[1]),
            *map(int, found.group(4, 5, 6)),
            tzinfo=UTC,
        )
        shift = timedelta(hours=int(found[8]), minutes=int(found[9]))
        return _micros(moment - shift if found[7] == "+" else moment + shift)
    except (ValueError, OverflowError):
        return UNSAID


_CASTS: dict[Cast, Callable[[str], Any]] = {
    Cast.TEXT: _composed,
    Cast.LOWER: lambda text: _composed(text).lower(),
    Cast.PLUS: lambda text: _composed(text).replace("+", " "),
    Cast.INT: _whole,
    Cast.FLOAT: _decimal,
    Cast.BOOL: _truth,
    Cast.IP: _address,
    Cast.DOMAIN: _domain,
    Cast.URL: _url,
    Cast.URL_HOST: _url_host,
    Cast.URL_PATH: _url_path,
    Cast.EMAIL: lambda text: _refanged(text).lower(),
    Cast.HASH: str.lower,
    Cast.SYSMON_MD5: _sysmon("MD5"),
    Cast.SYSMON_SHA1: _sysmon("SHA1"),
    Cast.SYSMON_SHA256: _sysmon("SHA256"),
    Cast.SYSMON_IMPHASH: _sysmon("IMPHASH"),
    Cast.BASENAME: _basename,
    Cast.DIRNAME: _dirname,
    Cast.REGISTRY_KEY: _registry_key,
    Cast.PROTOCOL: _protocol,
    Cast.TIME: _time,
    Cast.TIME_EPOCH_S: _epoch(1_000_000),
    Cast.TIME_EPOCH_MS: _epoch(1000),
    Cast.TIME_ANY: _time_any,
    Cast.TIME_CLF: _time_clf,
}
