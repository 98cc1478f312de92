"""Which versions an advisory's prose means: ``< 2.1``, ``All versions prior to V4.2``, ``vers:all/<=1.2``.

Advisories for industrial products say their versions in prose, also where the form provides for better (CSAF 2.0,
3.1.2.2, ``product_version_range``). What is read here must be right; a text that could mean two things, or holds a
word that is not understood, stays unread and is shown as it is. The grammar, without blanks (``V`` a version):

    text       = ranges [condition] | every [condition]
    ranges     = comparison, { separator, comparison } | list of V | V "-" V | words
    comparison = ("<" | "<=" | ">" | ">=" | "=") V
    words      = "prior to" V | V "and earlier" | "from" V "to" V | ...

A ``vers:`` text (the VERS specification) has the same comparisons. Comparisons join as there: an upper one closes the
lower one before it; two upper or two lower ones in a row are two branches whose other ends are not said, and unread.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote

from tocsin import limits
from tocsin.errors import BadInput
from tocsin.inventory.claim import Span, Versions
from tocsin.inventory.version import find_scheme, parse_vers

__all__ = ["VersionText", "is_version", "precedes", "read_version_text", "wildcard_span"]


@dataclass(frozen=True, slots=True)
class VersionText:
    """What a text says: the versions, and a condition that a person has to judge, "" if none."""

    versions: Versions
    condition: str = ""


_NOTHING_SAID: Final = frozenset(
    {"-", "n/a", "na", "none", "unspecified", "unknown", "not specified", "see advisory"}
)

_QUALIFIER: Final = (
    r"(?:(?:service\s?pack|feature\s?pack|hot\s?fix|update|upd|patch|build|revision|release|rev|rel"
    r"|sp|hf|cu|mr|fp|sr|mp|p|r|u)\.?[\s_]?#?\d[\w.\-]*+|v\d[\w.]*+|\(\d[\w.]*+\)|lts|beta|ga)"
)
# A version: at most four letters, digits, then whatever versions are made of, and qualifiers such as "SP1 HF4".
# Quantifiers are possessive, so that a long text takes time in proportion to its length.
_CORE: Final = r"[a-z]{0,4}[-_.]?\d[\w.+~]*+(?:[-(:](?!\d++\.\d)\w[\w.+~]*+(?:\)[\w.+~]*+)?+)*+"
_CORE_AND: Final = rf"{_CORE}(?:\s+(?:mr\s+)?+{_QUALIFIER})*+"
_GROUP: Final = f"({_CORE_AND})"
_VERSION: Final = re.compile(
    rf"(?:(?:software|firmware|fw)?\s*\b(?:versions?|ver\.?|v\.)\s*|firmware\s+)?({_CORE_AND})", re.IGNORECASE
)
_DATE: Final = re.compile(
    r"(?:19|20)\d\d[-/](?:0?[1-9]|1[0-2])[-/](?:0?[1-9]|[12]\d|3[01])|[a-z]{3,4}-\d\d?-\d{4}", re.IGNORECASE
)
# The commonest version by far, read without the rest of the grammar.
_NUMBERS: Final = re.compile(r"\d{1,9}(?:\.\d{1,9}){1,5}", re.ASCII)
_WORD: Final = re.compile(
    r"(?!(?:build|update|hotfix|patch|revision|release|alpha|servicepack|featurepack)(?![a-z]))(?<![a-z])[a-z]{5,}",
    re.IGNORECASE,
)
_WILD: Final = re.compile(r"(v?)((?:\d{1,9}\.){0,5})(\d{1,9})\.[x*](?:\.[x*]){0,5}", re.IGNORECASE | re.ASCII)
_DIGITS: Final = re.compile(r"([0-9]+)")
# Alone, without a comparison, it may as well be the number of a model: only what is plainly a version counts.
_PLAIN: Final = re.compile(
    rf"(?:versions?\s+|ver\.?\s*|v\.\s*)?(?:[a-z]{{0,2}}\d+(?:\.\d+)+[\w.\-+]*|v\d[\w.]*|\d{{1,3}}|(?:19|20)\d\d)"
    rf"(?:\s+(?:mr\s+)?+{_QUALIFIER})*+",
    re.IGNORECASE,
)

_CONDITION: Final = re.compile(
    r"(?P<head>.*?[\w)*+.])\s*-?\s*(?P<condition>"
    r"\((?:if|only|when|with|without|for|on|running|using)\b[^()]*\)"
    r"|\(incl(?:uding|\.)?\s[^()\d]*\)"
    r"|\b(?:on|with|when|if|running)\s+[^<>=|]*)",
    re.IGNORECASE | re.DOTALL,
)
_MAYBE: Final = re.compile(
    r"\b(?:may|might|could|possibly|also|potentially|except|excluding|not|other|newer|later)\b", re.IGNORECASE
)

_EVERY: Final = re.compile(
    r"\*|(?:all|any|every)(?:\s+known)?(?:\s+(?:firmware|software))?(?:\s+versions?|\s+releases?)?",
    re.IGNORECASE,
)
_ALL: Final = re.compile(
    r"(?:all|any)(?:\s+(?:firmware|software))?\s+(?:versions?|releases?)(?:\s+of)?\s*:?\s+(?=\S)",
    re.IGNORECASE,
)
_LEADING: Final = re.compile(
    r"(?:(?:software|firmware)\s+)?versions?\s*:?\s*(?=[<>=]|prior|before|earlier|below|lower|up\b|from|between|older)",
    re.IGNORECASE,
)

_SIGN: Final = re.compile(r"(<=|>=|=<|=>|==|<|>|=|≤|≥|!=)")
_SIGNS: Final = {"=<": "<=", "=>": ">=", "≤": "<=", "≥": ">=", "==": "="}
_SEPARATOR: Final = re.compile(r"\s*(?:\||,|;|&&?|\band\b|\bor\b|,\s*and\b)?\s*", re.IGNORECASE)

_COMPARISON: Final = re.compile(
    rf"(?P<sign>{_SIGN.pattern})?\s*{_VERSION.pattern.replace(_GROUP, f'(?P<version>{_CORE_AND})')}",
    re.IGNORECASE,
)
_LOWER_WORDS: Final = r"earlier|prior|previous|below|lower|older|before|under"
_UPPER_WORDS: Final = r"later|newer|above|higher|greater|up|onwards?|after"
_OLD: Final = r"(?:\s+(?:versions?|releases?))?"
_SEVERAL: Final = re.compile(r"[\s\-–]")
"""What no phrase is without: a blank between two words, or a dash."""


def _words(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern.replace("{V}", rf"(?:{_VERSION.pattern})"), re.IGNORECASE)


_PHRASES: Final = (
    # -- an upper end ------------------------------------------------------------------------
    (
        _words(
            r"(?:prior\s+to|before|up\s+to|below|earlier\s+than|lower\s+than|older\s+than|less\s+than)\s+and\s+including\s+{V}"
        ),
        "<=",
    ),
    (_words(r"(?:up\s+to|through)\s+{V}(?:\s*\(?\s*(?:inclusive|included|including)\s*\)?)"), "<="),
    (_words(r"(?:prior\s+to|before|earlier\s+than|lower\s+than|older\s+than|less\s+than|below)\s+{V}"), "<"),
    (_words(r"up\s+to\s*,?\s*(?:but\s+)?(?:not\s+including|excluding)\s+{V}"), "<"),
    (_words(rf"{{V}}\s*,?\s*(?:and|or|&)\s+(?:all\s+|any\s+)?(?:{_LOWER_WORDS}){_OLD}"), "<="),
    (_words(r"(?:below|prior\s+to|before)\s+({V})\s*\(\s*including\s+\1\s*\)"), "<="),
    # -- a lower end -------------------------------------------------------------------------
    (_words(rf"{{V}}\s*,?\s*(?:and|or|&)\s+(?:all\s+|any\s+)?(?:{_UPPER_WORDS}){_OLD}"), ">="),
    (_words(r"(?:from|starting\s+(?:with|from|at))\s+{V}(?:\s+onwards?)?"), ">="),
    (_words(r"(?:later|newer|higher|greater)\s+than\s+{V}|after\s+{V}"), ">"),
    # -- both --------------------------------------------------------------------------------
    (
        _words(r"(?:from\s+)?{V}\s+(?:through|thru|up\s+to\s+and\s+including|to\s+and\s+including)\s+{V}"),
        ">=<=",
    ),
    (
        _words(r"(?:from\s+)?{V}\s+(?:to|up\s+to)\s+{V}(?:\s*\(?\s*(?:inclusive|included|including)\s*\)?)?"),
        ">=<=",
    ),
    (
        _words(
            r"(?:from\s+)?{V}\s+(?:prior\s+to|before|up\s+to\s*,?\s*(?:but\s+)?(?:not\s+including|excluding))\s+{V}"
        ),
        ">=<",
    ),
    (_words(r"between\s+{V}\s*\(\s*includ(?:ing|ed)\s*\)\s*and\s+{V}\s*\(\s*exclud(?:ing|ed)\s*\)"), ">=<"),
    (_words(r"between\s+{V}\s*\(\s*includ(?:ing|ed)\s*\)\s*and\s+{V}\s*\(\s*includ(?:ing|ed)\s*\)"), ">=<="),
    (_words(r">\s*{V}\s+up\s+to\s+and\s+including\s+{V}"), "><="),
    (_words(r">=\s*{V}\s+up\s+to\s+and\s+including\s+{V}"), ">=<="),
    (_words(r"{V}\s+[-–]\s+{V}"), ">=<="),
    # Without blanks only what can be no single version: "V191-V195", "12.1.0-12.4.0".
    (re.compile(r"(v\d+(?:\.\d+)*)[-–](v\d+(?:\.\d+)*)", re.IGNORECASE), ">=<="),
    (re.compile(r"(\d+(?:\.\d+){2,})[-–](\d+(?:\.\d+){2,})"), ">=<="),
)


def is_version(text: str) -> bool:
    """Whether ``text`` is one version and nothing else."""
    if _NUMBERS.fullmatch(text):
        return True
    found = _VERSION.fullmatch(text.strip()) if len(text) <= limits.MAX_VERSION_CHARS else None
    return found is not None and _usable(found[1])


def read_version_text(text: str, *, scheme: str = "generic") -> VersionText:
    """Read which versions ``text`` means, in the order of ``scheme`` unless the text names its own.

    What is not understood is in ``versions.unread``, whole and as it stands; a text that says nothing ("", ``n/a``)
    names no version, and is unread too unless it is empty.
    """
    if _NUMBERS.fullmatch(text):
        return VersionText(Versions(scheme, (Span(text, text, high_inclusive=True),)))
    clean = " ".join(text.replace("&lt;", "<").replace("&gt;", ">").split()).strip(" ,;").strip()
    if not clean:
        return VersionText(Versions(scheme))
    if len(clean) > limits.VERSION_TEXT_CHARACTERS:
        return VersionText(Versions(scheme, unread=(text.strip(),)))
    unread = VersionText(Versions(scheme, unread=(text.strip(),)))
    if clean.casefold() in _NOTHING_SAID:
        return unread
    if clean[:5].casefold() == "vers:":
        return _read_vers(clean, scheme) or unread
    for form in dict.fromkeys((clean, clean.replace("_", " ") if _SIGN.search(clean) else clean)):
        if found := _read_prose(form, scheme):
            return found
    return unread


def _read_vers(text: str, scheme: str) -> VersionText | None:
    named, slash, constraints = text[5:].partition("/")
    if not slash or not constraints.strip():
        return None
    named = named.strip().casefold()
    if named in {"all", "generic", "none", "unknown", "other", "intdot", "ics", "custom"}:
        named = scheme
    elif not re.fullmatch(r"[a-z][a-z0-9.+\-]*", named):
        return None
    if constraints.strip() == "*":
        return VersionText(Versions(named, every=True))
    spans = _joined(_in_order(named, constraints), alone=True)
    return VersionText(Versions(named, tuple(dict.fromkeys(spans)))) if spans else None


def _in_order(scheme: str, constraints: str) -> str:
    """The constraints of a range in the order of their versions, which not all writers keep."""
    if find_scheme(scheme) is None:
        return unquote(constraints).strip()
    try:
        found = parse_vers(f"vers:{scheme}/{constraints}")
    except BadInput:
        return unquote(constraints).strip()
    return "|".join(f"{each.comparator}{each.version}" for each in found.constraints)


def _read_prose(text: str, scheme: str) -> VersionText | None:
    condition = ""
    if found := _CONDITION.fullmatch(text):
        condition = found["condition"].strip()
        if _MAYBE.search(condition):
            return None
        text = found["head"].strip()
        if condition.startswith("(") and condition.endswith(")"):
            condition = condition[1:-1].strip()
    if _EVERY.fullmatch(text):
        return VersionText(Versions(scheme, every=True), condition)
    spans = _spans(_LEADING.sub("", _ALL.sub("", text, count=1), count=1))
    return VersionText(Versions(scheme, tuple(dict.fromkeys(spans))), condition) if spans else None


def _spans(text: str) -> list[Span] | None:
    text = text.strip()
    if found := _joined(text):
        return found
    for pattern, shape in _PHRASES if _SEVERAL.search(text) else ():
        if (match := pattern.fullmatch(text)) and (span := _phrase(match, shape)):
            return [span]
    return _listed(text)


def _phrase(match: re.Match[str], shape: str) -> Span | None:
    ends = [end for end in match.groups() if end is not None]
    if not all(map(_usable, ends)):
        return None
    if shape in {"<=", "<"}:
        return Span(high=ends[-1], high_inclusive=shape == "<=")
    if shape in {">=", ">"}:
        return Span(low=ends[0], low_inclusive=shape == ">=")
    if len(ends) != 2 or not precedes(*ends):
        return None
    low, high = ends
    return Span(low, high, low_inclusive=shape != "><=", high_inclusive=shape != ">=<")


def _joined(text: str, *, alone: bool = False) -> list[Span] | None:
    """Spans of comparisons one after another.

    A version alone among them is one only where the form says so (``alone``): in prose ``< 1.99 | 2.20`` may as well
    mean that 2.20 is the next branch's mended version.
    """
    spans: list[Span] = []
    low: tuple[str, bool] | None = None
    ended: str | None = None
    separator, at = "", 0
    while at < len(text):
        found = _COMPARISON.match(text, at)
        if not found or not _usable(version := found["version"]) or not (found["sign"] or alone):
            return None
        sign = _SIGNS.get(found["sign"], found["sign"]) or "="
        if at and not separator and not found["sign"]:
            return None
        if sign in {">", ">="}:
            if low or (ended is not None and not precedes(ended, version)):
                return None
            low = (version, sign == ">=")
        elif sign in {"<", "<="}:
            if (low and not precedes(low[0], version)) or (not low and ended is not None):
                return None
            spans.append(_span(low, version, inclusive=sign == "<="))
            low, ended = None, version
        elif sign == "=" and not low:
            spans.append(Span(version, version, high_inclusive=True))
        else:
            return None
        gap = _SEPARATOR.match(text, found.end())
        assert gap, "a separator may be nothing"
        separator, at = gap[0].strip(), gap.end()
    if separator:
        return None
    if low:
        spans.append(Span(low[0], low_inclusive=low[1]))
    return spans


def _span(low: tuple[str, bool] | None, high: str, *, inclusive: bool) -> Span:
    return Span(low[0], high, low[1], inclusive) if low else Span(None, high, high_inclusive=inclusive)


def wildcard_span(text: str) -> Span | None:
    """The versions that ``4.2.x`` or ``V5.15.*`` stands for: from 4.2, up to but not 4.3. None for another text."""
    if not (wild := _WILD.fullmatch(text.strip())):
        return None
    v, head, number = wild.groups()
    return Span(f"{v}{head}{number}", f"{v}{head}{int(number) + 1}")


def _listed(text: str) -> list[Span] | None:
    spans = []
    parts = re.split(r"\s*(?:\||,\s*and\b|,|;|\band\b|&)\s*", text)
    for part in parts:
        if wild := wildcard_span(part):
            spans.append(wild)
        elif _PLAIN.fullmatch(part) and (found := _VERSION.fullmatch(part)) and _usable(found[1]):
            spans.append(Span(found[1], found[1], high_inclusive=True))
        else:
            return None
    return spans


def _wildcard(version: str) -> bool:
    return bool(re.search(r"\d[x*]\b|[._-][x*]+\b|xx|\*", version, re.IGNORECASE)) and not re.search(
        r"0x", version, re.IGNORECASE
    )


def _usable(version: str) -> bool:
    return not (_DATE.search(version) or _wildcard(version) or _WORD.search(version))


def precedes(low: str, high: str) -> bool:
    """Whether two versions are of one kind (the same letters before the first digit) and in this order."""
    if _NUMBERS.fullmatch(low) and _NUMBERS.fullmatch(high):
        return tuple(map(int, low.split("."))) < tuple(map(int, high.split(".")))
    lows, highs = _pieces(low), _pieces(high)
    return lows[0] == highs[0] and lows[1:] < highs[1:]


def _pieces(version: str) -> tuple[tuple[int, int, str], ...]:
    """A version's texts and numbers in turn, beginning with a text; numbers in the order of their length and digits."""
    head, *rest = _DIGITS.split(version.casefold().replace("_", " "))
    found = [(0, 0, "" if head.strip() == "v" else head.strip())]
    for at, piece in enumerate(rest):
        if at % 2 == 0:
            number = piece.lstrip("0")
            found.append((1, len(number), number))
        elif text := piece.strip(" .-"):
            found.append((0, 0, text))
    return tuple(found)
