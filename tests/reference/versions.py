"""How versions compare, two at a time: each scheme's own rule written down as it is told, with no key and no sharing.

Each function takes two versions and returns -1, 0 or 1. Written from the documents that are named, apart from the code under
test.
"""

from __future__ import annotations

import re
from itertools import zip_longest


def _cmp(a, b):
    return (a > b) - (a < b)


# -- Debian: deb-version(7), "Sorting algorithm" -----------------------------------------------


def _deb_weight(character):
    if character == "~":
        return -1
    return ord(character) if character.isalpha() else ord(character) + 256


def _deb_part(a, b):
    while a or b:
        while (a and not a[0].isdigit()) or (b and not b[0].isdigit()):
            one = _deb_weight(a[0]) if a and not a[0].isdigit() else 0
            two = _deb_weight(b[0]) if b and not b[0].isdigit() else 0
            if one != two:
                return _cmp(one, two)
            a, b = a[1:], b[1:]
        one = re.match(r"\d*", a)[0]
        two = re.match(r"\d*", b)[0]
        if int(one or 0) != int(two or 0):
            return _cmp(int(one or 0), int(two or 0))
        a, b = a[len(one) :], b[len(two) :]
    return 0


def deb(a, b):
    def split(version):
        epoch, colon, rest = version.partition(":")
        if not colon:
            epoch, rest = "0", version
        upstream, dash, revision = rest.rpartition("-")
        return (int(epoch), upstream, revision) if dash else (int(epoch), rest, "0")

    one, two = split(a), split(b)
    return _cmp(one[0], two[0]) or _deb_part(one[1], two[1]) or _deb_part(one[2], two[2])


# -- RPM: rpm-version(7) and the comments of rpmvercmp -----------------------------------------


def _rpm_part(one, two):
    if one == two:
        return 0
    while one or two:
        one = re.sub(r"^[^A-Za-z0-9~^]+", "", one)
        two = re.sub(r"^[^A-Za-z0-9~^]+", "", two)
        if one.startswith("~") or two.startswith("~"):
            if not one.startswith("~"):
                return 1
            if not two.startswith("~"):
                return -1
            one, two = one[1:], two[1:]
            continue
        if one.startswith("^") or two.startswith("^"):
            if not one:
                return -1
            if not two:
                return 1
            if not one.startswith("^"):
                return 1
            if not two.startswith("^"):
                return -1
            one, two = one[1:], two[1:]
            continue
        if not (one and two):
            break
        kind = r"\d+" if one[0].isdigit() else r"[A-Za-z]+"
        first, second = re.match(kind, one), re.match(kind, two)
        if second is None:
            return 1 if one[0].isdigit() else -1
        a, b = first[0], second[0]
        order = _cmp(int(a), int(b)) if a[0].isdigit() else _cmp(a, b)
        if order:
            return order
        one, two = one[len(a) :], two[len(b) :]
    return _cmp(bool(one), bool(two))


def rpm(a, b):
    """Both with their release."""

    def split(version):
        epoch, colon, rest = version.partition(":")
        if not colon:
            epoch, rest = "0", version
        upstream, _, release = rest.partition("-")
        return int(epoch), upstream, release

    one, two = split(a), split(b)
    return _cmp(one[0], two[0]) or _rpm_part(one[1], two[1]) or _rpm_part(one[2], two[2])


# -- pacman: vercmp(8) ------------------------------------------------------------------------


def _alpm_part(one, two):
    if one == two:
        return 0
    while one and two:
        apart_one = re.match(r"[^A-Za-z0-9]*", one)[0]
        apart_two = re.match(r"[^A-Za-z0-9]*", two)[0]
        one, two = one[len(apart_one) :], two[len(apart_two) :]
        if not (one and two):
            break
        if len(apart_one) != len(apart_two):
            return _cmp(len(apart_one), len(apart_two))
        kind = r"\d+" if one[0].isdigit() else r"[A-Za-z]+"
        first, second = re.match(kind, one), re.match(kind, two)
        if second is None:
            return 1 if one[0].isdigit() else -1
        a, b = first[0], second[0]
        order = _cmp(int(a), int(b)) if a[0].isdigit() else _cmp(a, b)
        if order:
            return order
        one, two = one[len(a) :], two[len(b) :]
    if not one and not two:
        return 0
    if (not one and not two[0].isalpha()) or (one and one[0].isalpha()):
        return -1
    return 1


def alpm(a, b):
    """Both with their release."""

    def split(version):
        epoch, colon, rest = version.partition(":")
        if not colon:
            epoch, rest = "0", version
        upstream, _, release = rest.rpartition("-")
        return int(epoch), upstream, release

    one, two = split(a), split(b)
    return _cmp(one[0], two[0]) or _alpm_part(one[1], two[1]) or _alpm_part(one[2], two[2])


# -- SemVer 2.0.0, section 11 ------------------------------------------------------------------


def semver(a, b):
    def split(version):
        core, _, pre = version.partition("+")[0].partition("-")
        return [int(part) for part in core.split(".")], pre.split(".") if pre else []

    (one, pre_one), (two, pre_two) = split(a), split(b)
    if one != two:
        return _cmp(one, two)
    if not (pre_one and pre_two):
        return _cmp(bool(pre_two), bool(pre_one))
    for left, right in zip_longest(pre_one, pre_two):
        if left is None or right is None:
            return -1 if left is None else 1
        if left.isdigit() and right.isdigit():
            order = _cmp(int(left), int(right))
        elif left.isdigit() or right.isdigit():
            order = -1 if left.isdigit() else 1
        else:
            order = _cmp(left, right)
        if order:
            return order
    return 0


# -- Alpine: apk-package(5), and the order of the kinds of tokens in apk-tools ------------------

_APK_BEFORE = ["alpha", "beta", "pre", "rc"]
_APK_AFTER = ["cvs", "svn", "git", "hg", "p"]
_APK_KINDS = [
    "first",
    "number",
    "after-letter",
    "letter",
    "suffix",
    "suffix-number",
    "hash",
    "revision",
    "end",
]


def _apk_tokens(version):
    tokens = []
    for text in re.findall(r"^\d+|\.\d+|_[a-z]+|~[0-9a-f]+|-r\d+|[a-z]|\d+", version):
        if not tokens:
            tokens.append(("first", int(text)))
        elif text[0] == ".":
            tokens.append(("number", text[1:]))
        elif text[0] == "_":
            name = text[1:]
            rank = (
                _APK_BEFORE.index(name) - len(_APK_BEFORE) if name in _APK_BEFORE else _APK_AFTER.index(name)
            )
            tokens.append(("suffix", rank))
        elif text[0] == "~":
            tokens.append(("hash", text[1:]))
        elif text[0] == "-":
            tokens.append(("revision", int(text[2:])))
        elif text.isdigit() and tokens[-1][0] == "letter":
            tokens.append(("after-letter", int(text)))
        elif text.isdigit():
            tokens.append(("suffix-number", int(text)))
        else:
            tokens.append(("letter", text))
    return [*tokens, ("end", 0)]


def apk(a, b):
    for (kind_one, one), (kind_two, two) in zip(_apk_tokens(a), _apk_tokens(b), strict=False):
        if kind_one != kind_two:
            if kind_one == "suffix" and one < 0:
                return -1
            if kind_two == "suffix" and two < 0:
                return 1
            return _cmp(_APK_KINDS.index(kind_two), _APK_KINDS.index(kind_one))
        if kind_one == "number":
            as_text = one.startswith("0") or two.startswith("0")
            order = _cmp(one, two) if as_text else _cmp(int(one), int(two))
        else:
            order = _cmp(one, two)
        if order:
            return order
    return 0


# -- Gentoo: Package Manager Specification, algorithms 3.1 to 3.7 ------------------------------


def _gentoo_split(version):
    found = re.fullmatch(r"(\d+)((?:\.\d+)*)([a-z]?)((?:_[a-z]+\d*)*)(?:-r(\d+))?", version)
    numbers = [found[1], *re.findall(r"\d+", found[2])]
    return numbers, found[3], re.findall(r"_([a-z]+)(\d*)", found[4]), int(found[5] or 0)


def gentoo(a, b):
    (one, letter_one, suffix_one, revision_one), (two, letter_two, suffix_two, revision_two) = map(
        _gentoo_split, (a, b)
    )
    if int(one[0]) != int(two[0]):
        return _cmp(int(one[0]), int(two[0]))
    for left, right in zip(one[1:], two[1:], strict=False):
        if left[0] == "0" or right[0] == "0":
            order = _cmp(left.rstrip("0"), right.rstrip("0"))
        else:
            order = _cmp(int(left), int(right))
        if order:
            return order
    order = _cmp(len(one), len(two)) or _cmp(letter_one, letter_two)
    if order:
        return order
    names = ["alpha", "beta", "pre", "rc", "p"]
    for (name_one, count_one), (name_two, count_two) in zip(suffix_one, suffix_two, strict=False):
        order = _cmp(names.index(name_one), names.index(name_two)) or _cmp(
            int(count_one or 0), int(count_two or 0)
        )
        if order:
            return order
    if len(suffix_one) != len(suffix_two):
        longer = max(suffix_one, suffix_two, key=len)
        is_post = longer[min(len(suffix_one), len(suffix_two))][0] == "p"
        sign = 1 if len(suffix_one) > len(suffix_two) else -1
        return sign if is_post else -sign
    return _cmp(revision_one, revision_two)


# -- RubyGems: the documentation of Gem::Version ------------------------------------------------


def _gem_segments(version):
    parts = [
        int(part) if part.isdigit() else part
        for part in re.findall(r"[0-9]+|[A-Za-z]+", version.strip().replace("-", ".pre."))
    ]
    at = next((place for place, part in enumerate(parts) if isinstance(part, str)), len(parts))

    def trimmed(some):
        while some and some[-1] == 0:
            some = some[:-1]
        return some

    return trimmed(parts[:at]) + trimmed(parts[at:])


def gem(a, b):
    for one, two in zip_longest(_gem_segments(a), _gem_segments(b), fillvalue=0):
        if one == two:
            continue
        if isinstance(one, str) != isinstance(two, str):
            return -1 if isinstance(one, str) else 1
        return _cmp(one, two)
    return 0


# -- Maven: POM reference, "Version Order Specification" ----------------------------------------

_MAVEN_KNOWN = ["alpha", "beta", "milestone", "rc", "snapshot", "", "sp"]
_MAVEN_NULL = {"0", ""}


def _maven_pieces(version):
    """Each piece with the separator before it, and whether that separator is one that stands there."""
    pieces = [["", "", True]]
    for character in version.lower():
        text = pieces[-1][1]
        if character in ".-":
            pieces.append([character, "", True])
        elif text and character.isdigit() != text[-1].isdigit():
            pieces.append(["-", character, False])
        else:
            pieces[-1][1] += character
    return pieces


def _maven_tokens(version):
    pieces = _maven_pieces(version)
    tokens = []
    for place, (prefix, text, _) in enumerate(pieces):
        if not text or text.isdigit():
            tokens.append((prefix or ".", str(int(text or "0"))))
            continue
        value = text
        if place + 1 < len(pieces) and not pieces[place + 1][2]:
            value = {"a": "alpha", "b": "beta", "m": "milestone"}.get(value, value)
        value = "rc" if value == "cr" else "" if value in {"final", "ga", "release"} else value
        tokens.append(("-", value))
    return _maven_trimmed(tokens)


def _maven_trimmed(tokens):
    place = len(tokens)
    while True:
        while place and tokens[place - 1][1] in _MAVEN_NULL:
            del tokens[place - 1]
            place -= 1
        # On to the hyphen before this.
        while place and tokens[place - 1][0] != "-":
            place -= 1
        if not place:
            return tokens
        place -= 1


def _maven_key(token):
    prefix, value = token
    if not value.isdigit():
        if value in _MAVEN_KNOWN:
            return (0, _MAVEN_KNOWN.index(value), "")
        return (0, len(_MAVEN_KNOWN), value)
    return (1 if prefix == "-" else 2, int(value), "")


def maven(a, b):
    for one, two in zip_longest(_maven_tokens(a), _maven_tokens(b)):
        padding = ("-", "") if not (one or two)[1].isdigit() or (one or two)[0] == "-" else (".", "0")
        order = _cmp(_maven_key(one or padding), _maven_key(two or padding))
        if order:
            return order
    return 0


# -- NuGet: "Package versioning", and SemVer with case put aside --------------------------------


def nuget(a, b):
    def split(version):
        core, _, pre = version.lower().partition("+")[0].partition("-")
        numbers = [int(part) for part in core.split(".")]
        return numbers + [0] * (4 - len(numbers)), pre

    (one, pre_one), (two, pre_two) = split(a), split(b)
    if one != two:
        return _cmp(one, two)
    return semver(f"0.0.0-{pre_one}" if pre_one else "0.0.0", f"0.0.0-{pre_two}" if pre_two else "0.0.0")


# -- Composer: PHP's version_compare on what composer/semver makes of a version -----------------

_PHP = [("dev", 0), ("alpha", 1), ("a", 1), ("beta", 2), ("b", 2), ("RC", 3), ("rc", 3), ("#", 4), ("p", 5)]


def _php_rank(text):
    return next((rank for name, rank in _PHP if text.startswith(name)), -1)


def _composer_normal(version):
    found = re.fullmatch(
        r"v?(\d+)(\.\d+)?(\.\d+)?(\.\d+)?[._-]?(?:(stable|beta|b|RC|alpha|a|patch|pl|p)((?:[.-]?\d+)*))?([.-]?dev)?",
        version,
        re.IGNORECASE,
    )
    normal = ".".join((part or ".0").lstrip(".") for part in found.groups()[:4])
    if found[5]:
        name = found[5].lower()
        if name == "stable":
            return normal
        name = {"a": "alpha", "b": "beta", "rc": "RC", "p": "patch", "pl": "patch"}.get(name, name)
        normal += f"-{name}{found[6].lstrip('.-')}"
    return normal + ("-dev" if found[7] else "")


def composer(a, b):
    def parts(version):
        spaced = re.sub(r"[-_+]", ".", _composer_normal(version))
        return re.findall(r"\d+|[A-Za-z]+", spaced)

    for one, two in zip_longest(parts(a), parts(b)):
        if one is None or two is None:
            longer = one or two
            sign = 1 if one else -1
            if longer.isdigit():
                return sign
            order = _cmp(_php_rank(longer), _php_rank("#"))
            return sign * order
        if one.isdigit() and two.isdigit():
            order = _cmp(int(one), int(two))
        else:
            order = _cmp(_php_rank("#" if one.isdigit() else one), _php_rank("#" if two.isdigit() else two))
        if order:
            return order
    return 0


# -- vers: "Checking if a version is contained within a range" ----------------------------------


def in_range(constraints, version, order):
    """Whether ``version`` is in a range; ``constraints`` are (comparator, version) by version, ``order`` a comparison.

    Redundant constraints are discarded first, as the specification's "Version constraints simplification" does.
    """
    if not constraints:
        return True
    for comparator, other in constraints:
        if order(version, other) == 0:
            if comparator in {"=", "<=", ">="}:
                return True
            if comparator == "!=":
                return False
    if all(comparator == "!=" for comparator, _ in constraints):
        return True
    rest = _simplified([one for one in constraints if one[0] not in {"=", "!="}])
    for place, (comparator, other) in enumerate(rest):
        if place == 0 and comparator in {"<", "<="} and order(version, other) < 0:
            return True
        if place == len(rest) - 1 and comparator in {">", ">="} and order(version, other) > 0:
            return True
        if place + 1 < len(rest) and comparator in {">", ">="}:
            following, above = rest[place + 1]
            if following in {"<", "<="} and order(version, other) > 0 and order(version, above) < 0:
                return True
    return False


def _simplified(constraints):
    kept = []
    for comparator, version in constraints:
        if kept and kept[-1][0][0] == ">" and comparator[0] == ">":
            continue
        if kept and kept[-1][0][0] == "<" and comparator[0] == "<":
            kept.pop()
        kept.append((comparator, version))
    return kept
