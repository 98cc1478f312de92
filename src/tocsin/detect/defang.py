"""Defanged text made whole again: ``hxxps[:]//evil[.]example`` is ``https://evil.example``.

Reports and feeds break addresses on purpose, so that nobody follows one by accident. There is no
standard for it; these are the ways that are met in public reports.
"""

from __future__ import annotations

import re
from typing import Final

__all__ = ["refang"]

_QUOTES = "\"'`\u2018\u2019\u201c\u201d\u00ab\u00bb"
_EDGE: Final = " \t\r\n\f\v\u00a0" + _QUOTES

_SUSPECT = re.compile("[\\[\\](){}\\\\\u200b-\u200d\ufeff]|h(?:xx|\\*\\*|tx|xt)p|fxp", re.IGNORECASE)
_INVISIBLE = re.compile("[\u200b-\u200d\ufeff]+")

# A run of opening marks is tried at its start only and blanks are counted, so that each takes linear time.
_BRACKETED = re.compile(
    r"[ \t]{0,2}(?<![\[({\\])[\[({\\]+(?:(?P<dot>\.|dot)|(?P<at>@|at)|(?P<literal>://|:|/))[\])}]+[ \t]{0,2}",
    re.IGNORECASE,
)
_HALF_BRACKETED = re.compile(r"(?<!\[)\[+\.|\.\]+|(?<!\\)\\+\.")
_SCHEME = re.compile(r"(?<![A-Za-z0-9])(?:h(?:xx|\*\*|tx|xt)p|(fxp))(s?)(?=:/)", re.IGNORECASE)


def refang(text: str) -> str:
    r"""Return ``text`` (a value, a cell or a whole line) without its defanging.

    Read as meant are ``.``, ``:``, ``://``, ``/`` and ``@`` in brackets, braces or parentheses, ``dot``
    and ``at`` likewise (bare words are left alone), ``[.`` and ``.]``, ``\.``, and the schemes ``hxxp``,
    ``h**p`` and ``fxp`` before ``:/``. Zero-width characters, and blanks and quotes around the whole,
    are removed. Applying it twice changes nothing more.
    """
    text = text.strip(_EDGE)
    if _SUSPECT.search(text) is None:
        return text
    text = _INVISIBLE.sub("", text)
    while True:
        whole = _BRACKETED.sub(_meant, text)
        whole = _HALF_BRACKETED.sub(".", whole)
        whole = _SCHEME.sub(_scheme, whole).strip(_EDGE)
        if whole == text:
            return text
        # What comes out holds no letters but a scheme's, so only a few rounds can find anything new.
        text = whole


def _meant(found: re.Match[str]) -> str:
    if found["dot"]:
        return "."
    return "@" if found["at"] else found["literal"]


def _scheme(found: re.Match[str]) -> str:
    return ("ftp" if found[1] else "http") + found[2].lower()
