"""Ranges as each package manager writes them, read as ranges of the VERS specification."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from tocsin.errors import NoOrder, NotARange
from tocsin.inventory.version.native.brackets import maven_range, nuget_range
from tocsin.inventory.version.native.composer import composer_range
from tocsin.inventory.version.native.conan import conan_range
from tocsin.inventory.version.native.gem import gem_range
from tocsin.inventory.version.native.listed import nginx_range, openssl_range
from tocsin.inventory.version.native.npm import cargo_range, npm_range
from tocsin.inventory.version.native.pypi import pypi_range
from tocsin.inventory.version.native.sets import Sets
from tocsin.inventory.version.scheme import find_scheme
from tocsin.inventory.version.spans import Span
from tocsin.inventory.version.vers import VersRange
from tocsin.limits import MAX_RANGE_CHARS

__all__ = ["NATIVE", "from_native"]

NATIVE: Final[Mapping[str, Callable[[Sets, str], list[Span]]]] = MappingProxyType(
    {
        "cargo": cargo_range,
        "composer": composer_range,
        "conan": conan_range,
        "gem": gem_range,
        "maven": maven_range,
        "nginx": nginx_range,
        "npm": npm_range,
        "nuget": nuget_range,
        "openssl": openssl_range,
        "pypi": pypi_range,
    }
)
"""Scheme -> how its own ranges are read."""


def from_native(scheme: str, text: str) -> VersRange:
    """Return the range that ``text`` means to the package manager of ``scheme``, in its simplest form.

    Where a package manager keeps pre-releases out of a range (npm's ``^1.2.3`` has no 2.0.0-beta), the range here has
    them: what is said of versions before 2.0.0 is asked of its pre-releases too.

    Raises:
        NotARange: the text is no such range, or no version can be in it.
        NoOrder: no way is known in which the scheme writes ranges.
    """
    found = find_scheme(scheme)
    read = NATIVE.get(found.name) if found else None
    if found is None or read is None:
        raise NoOrder(
            f"it is not known how {scheme!r} writes ranges", hint=f"Known are {', '.join(sorted(NATIVE))}."
        )
    if len(text) > MAX_RANGE_CHARS:
        raise NotARange(f"a range of {len(text):,} characters is longer than {MAX_RANGE_CHARS:,}")
    sets = Sets(found.name)
    return sets.as_range(read(sets, text), text)
