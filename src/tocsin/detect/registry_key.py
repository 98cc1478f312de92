r"""Spellings of one Windows registry key.

Logs and indicators name a key by its hive's short or whole name, or as the kernel does. And one key lies in
several places: Windows shows the hive of the user at work as ``HKEY_CURRENT_USER``, those of all as
``HKEY_USERS\SID``, what stands under ``Software\Classes`` of both the machine and the user as
``HKEY_CLASSES_ROOT`` (that of a user also as ``HKEY_USERS\SID_Classes``), and the control set that it started
from as ``CurrentControlSet``. Where a log may write another name than an indicator does, the indicator is read
as any of them; one that names a user's SID means that user.
"""

from __future__ import annotations

import re

__all__ = ["any_spelling", "any_spelling_in_regex", "whole_hive"]

_SHORT = {
    "HKLM": "HKEY_LOCAL_MACHINE",
    "HKCU": "HKEY_CURRENT_USER",
    "HKU": "HKEY_USERS",
    "HKCR": "HKEY_CLASSES_ROOT",
    "HKCC": "HKEY_CURRENT_CONFIG",
}
_NAMES = "|".join(_SHORT)
# PowerShell writes a drive's colon after the short name.
_HIVE = re.compile(
    rf"(?P<short>{_NAMES})(?::+|(?=\\|\Z))|\\REGISTRY\\(?P<kernel>MACHINE|USER)(?=\\|\Z)", re.IGNORECASE
)

_USER = r"HKEY_USERS\\[^\\]+"
_CLASSES = {
    "HKEY_CURRENT_USER": rf"(?:HKEY_CURRENT_USER|{_USER})\\Software\\Classes|{_USER}_Classes|HKEY_CLASSES_ROOT",
    "HKEY_LOCAL_MACHINE": r"HKEY_LOCAL_MACHINE\\Software\\Classes|HKEY_CLASSES_ROOT",
}
_CLASSES["HKEY_CLASSES_ROOT"] = f"{_CLASSES['HKEY_CURRENT_USER']}|HKEY_LOCAL_MACHINE\\\\Software\\\\Classes"
# In the order in which they are tried; a name of more steps is before that of fewer.
_PLACES = re.compile(
    r"(?P<classes>HKEY_CURRENT_USER|HKEY_LOCAL_MACHINE)\\Software\\Classes(?=\\|\Z)"
    r"|(?P<root>HKEY_CLASSES_ROOT)(?=\\|\Z)"
    r"|(?P<user>HKEY_CURRENT_USER)(?=\\|\Z)"
    r"|HKEY_USERS\\(?P<sid>[^\\]+?)(?:_Classes|\\Software\\Classes)(?=\\|\Z)"
    r"|HKEY_LOCAL_MACHINE\\System\\(?P<control>CurrentControlSet|ControlSet[0-9]{3})(?=\\|\Z)",
    re.IGNORECASE,
)
# LIKE made into a regular expression has dots for the low lines.
_WHOLE = "|".join(_SHORT.values()).replace("_", "[_.]")
_IN_REGEX = re.compile(
    # Not in a character class, where letters stand for themselves.
    rf"(?:(?<![\[\w\\])|(?<=\\[AbB]))(?P<hive>{_NAMES}|{_WHOLE})(?P<classes>\\\\Software\\\\Classes(?!\w))?(?![\]\w])"
    r"|(?<![\[\w])(?P<control>CurrentControlSet|ControlSet[0-9]{3})(?![\]\w])",
    re.IGNORECASE,
)


def whole_hive(text: str) -> str:
    """Return a key with its hive written out (STIX 2.1, section 6.17), for its short or the kernel's name."""
    found = _HIVE.match(text)
    if found is None:
        return text
    if found["short"]:
        return _SHORT[found["short"].upper()] + text[found.end() :]
    whole = "HKEY_LOCAL_MACHINE" if found["kernel"].upper() == "MACHINE" else "HKEY_USERS"
    return whole + text[found.end() :]


def any_spelling(key: str) -> str | None:
    """Return a regular expression, case aside, of all names of ``key`` (its hive whole); None if it has but one."""
    found = _PLACES.match(key)
    if found is None:
        return None
    if found["classes"]:
        places = _CLASSES[found["classes"].upper()]
    elif found["root"]:
        places = _CLASSES["HKEY_CLASSES_ROOT"]
    elif found["user"]:
        places = f"HKEY_CURRENT_USER|{_USER}"
    elif found["sid"]:
        places = rf"HKEY_USERS\\{re.escape(found['sid'])}(?:_Classes|\\Software\\Classes)"
    else:
        places = rf"HKEY_LOCAL_MACHINE\\System\\{_control_sets(found['control'])}"
    return rf"\A(?:{places}){re.escape(key[found.end() :])}\z"


def any_spelling_in_regex(regex: str) -> str:
    """Return ``regex`` with each name of a hive or control set in it replaced by all its names."""
    return _IN_REGEX.sub(_in_regex, regex)


def _in_regex(found: re.Match[str]) -> str:
    if found["control"]:
        return _control_sets(found["control"])
    hive = found["hive"].replace(".", "_").upper()
    whole = _SHORT.get(hive, hive)
    if found["classes"] and whole in _CLASSES:
        return f"(?:{_CLASSES[whole]})"
    if whole == "HKEY_CURRENT_USER":
        places = f"{whole}|{_USER}"
    else:
        places = _CLASSES[whole] if whole == "HKEY_CLASSES_ROOT" else whole
    if hive in _SHORT:
        places = f"{found['hive']}|{places}"
    return f"(?:{places})" + (found["classes"] or "") if "|" in places else found[0]


def _control_sets(name: str) -> str:
    other = "ControlSet[0-9]{3}" if name.lower() == "currentcontrolset" else name
    return f"(?:CurrentControlSet|{other})"
