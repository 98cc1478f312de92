"""MATCHES: regular expressions that run in linear time (RE2).

STIX 2.1 section 9.6.1 asks for PCRE's syntax, the search function, and a dot that matches every character.
What PCRE offers beyond linear time (look-around, back-references, atomic groups, possessive repeats) RE2
has not; a pattern that needs it is refused when it is compiled, never while it runs.
"""

from __future__ import annotations

import functools
import unicodedata
from typing import Any

import re2

from tocsin.errors import BadInput
from tocsin.limits import REGEX_MEMORY_BYTES

__all__ = ["check_regex", "compile_binary_regex", "compile_regex"]


def _options(*, binary: bool, any_case: bool) -> re2.Options:
    options = re2.Options()
    options.case_sensitive = not any_case
    options.dot_nl = True
    options.log_errors = False
    options.max_mem = REGEX_MEMORY_BYTES
    if binary:
        options.encoding = re2.Options.Encoding.LATIN1
    return options


@functools.lru_cache(maxsize=4096)
def compile_regex(text: str, *, any_case: bool = False) -> Any:
    """Return the compiled expression; its ``search`` takes text.

    With ``any_case`` it pays no regard to case, unless it says so itself (``(?-i)``).

    Raises:
        BadInput: not a regular expression, or one that cannot run in linear time and bounded memory.
    """
    return _compiled(unicodedata.normalize("NFC", text), binary=False, any_case=any_case)


@functools.lru_cache(maxsize=256)
def compile_binary_regex(text: str, *, any_case: bool = False) -> Any | None:
    """Return the expression over bytes (one byte a character), None if it holds characters above U+00FF."""
    if any(ord(character) > 0xFF for character in text):
        return None
    return _compiled(text, binary=True, any_case=any_case)


def check_regex(text: str, *, any_case: bool = False) -> None:
    """Raise BadInput unless :func:`compile_regex` and :func:`compile_binary_regex` take ``text``."""
    compile_regex(text, any_case=any_case)
    compile_binary_regex(text, any_case=any_case)


def _compiled(text: str, *, binary: bool, any_case: bool) -> Any:
    options = _options(binary=binary, any_case=any_case)
    try:
        return re2.compile(text.encode("latin-1") if binary else text, options)
    except (re2.error, ValueError, UnicodeError) as problem:
        reason = problem.args[0] if problem.args else "it is too large"
        reason = reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)
        raise BadInput(
            f"the regular expression cannot run: {reason[:200]}",
            hint="look-around, back-references and atomic groups are not supported, since they can run for ever",
        ) from None
