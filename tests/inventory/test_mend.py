"""What is to be done about a product mends all that is wrong with it."""

from __future__ import annotations

from hypothesis import given, strategies as st

from inventory.made import advisory, below, claim, judged, package
from inventory.results import KEV, answered, held
from tocsin.inventory.claim import Remedy, Span, Status, Versions
from tocsin.inventory.claim_index import ClaimIndex
from tocsin.inventory.judge import judge
from tocsin.inventory.mend import fixes, lowest_for_all
from tocsin.inventory.rule import Verdict
from tocsin.inventory.told.advice import deed, deed_for_all
from tocsin.inventory.version_test import Where, where

PURL = "pkg:cargo/millrace"


def lines(*pairs: tuple[str, str | None], scheme: str = "semver") -> Versions:
    return Versions(scheme, tuple(Span(low, high, fixed=high is not None) for low, high in pairs))


def said(number: int, versions: Versions, **more) -> object:
    about = claim(versions, vulnerability=f"CVE-2026-{number}", purls=(PURL,), more=more)
    return advisory(about, id=f"ADV-{number}")


def exposed(version: str, *advisories):
    found = answered([held(package(PURL, version))], *advisories).exposures
    return [one for one in found if one.verdict in {Verdict.AFFECTED, Verdict.UNKNOWN}]


def told(version: str, *versions: Versions) -> str:
    return deed_for_all(exposed(version, *(said(number, one) for number, one in enumerate(versions))))


def test_it_names_the_highest_of_the_fixes_whatever_stands_first():
    both = lines(("0", "1.5.0")), lines(("0", "1.10.0"))
    assert (
        told("1.2.0", *both)
        == told("1.2.0", *reversed(both))
        == "update to 1.10.0 or later, which mends all 2"
    )


def test_the_fix_is_of_the_line_that_is_here():
    one = lines(("1.0.0", "1.5.0"), ("2.0.0", "2.3.0"))
    assert told("2.1.0", one) == "update to 2.3.0 or later"
    assert told("1.1.0", one) == "update to 1.5.0 or later"


def test_a_fix_that_another_vulnerability_affects_again_is_not_named():
    again = lines(("1.0.0", "1.5.0"), ("2.0.0", "2.3.0"))
    assert told("1.2.0", again, lines(("0", "2.1.0"))) == "update to 2.3.0 or later, which mends all 2"


def test_where_no_version_mends_all_each_thing_to_do_is_said_with_what_it_is_for():
    assert told("1.2.0", lines(("0", "1.5.0")), lines(("0", None))) == (
        "update to 1.5.0 or later (for CVE-2026-0); "
        "ask the maker; no advisory that was read names a fix (for CVE-2026-1)"
    )


def test_a_fix_on_a_line_that_is_not_mended_of_another_is_said_apart():
    assert told("1.2.0", lines(("0", "1.5.0")), lines(("1.0.0", "1.3.0"), ("1.4.0", None))) == (
        "update to 1.5.0 or later (for CVE-2026-0); update to 1.3.0 or later (for CVE-2026-1)"
    )


def test_fixes_without_an_order_are_said_each():
    assert told("1.2", below("2.0b", "generic"), below("2.0 rev 7 xyz", "generic")).count("update to") == 2


def test_of_a_version_that_is_not_known_the_fix_of_each_line_is_named():
    one = exposed("", said(1, lines(("1.0.0", "1.5.0"), ("2.0.0", "2.3.0"))))
    assert deed(one[0]) == "update to 1.5.0, 2.3.0 or later, by the line that is here"


def test_the_words_of_a_maker_stand_beside_the_number():
    worded = said(7, lines(("0", None)), remedies=(Remedy("vendor_fix", "Ask for hotfix 12"),))
    assert deed_for_all(exposed("1.2.0", said(1, lines(("0", "1.5.0"))), worded)) == (
        "update to 1.5.0 or later (for CVE-2026-1); the maker has a fix: Ask for hotfix 12 (for CVE-2026-7)"
    )


def test_a_version_that_mends_goes_before_a_workaround():
    one = said(1, lines(("0", "1.5.0")), remedies=(Remedy("workaround", "Turn it off"),))
    assert deed(exposed("1.2.0", one)[0]) == "update to 1.5.0 or later"


def test_of_many_things_to_do_the_first_are_said_and_the_rest_are_counted():
    several = [
        said(number, lines(("0", None)), remedies=(Remedy("vendor_fix", f"Fix {number}"),))
        for number in range(9)
    ]
    text = deed_for_all(exposed("1.2.0", *several))
    assert text.startswith("the maker has a fix: Fix 0 (for CVE-2026-0); ")
    assert text.endswith("; and see what is to be done about 6 more")


def test_what_cisa_asks_for_is_said_where_nobody_names_a_fix():
    known = advisory(
        claim(lines(("0", None)), vulnerability="CVE-1", purls=(PURL,)), stakes=(("CVE-1", KEV),)
    )
    assert deed(exposed("1.2.0", known)[0]) == "Apply updates."


def test_a_wider_word_that_was_heard_too_keeps_a_version_from_mending_all():
    narrow = said(1, lines(("0", "1.5.0")))
    wide = advisory(claim(lines(("0", None)), vulnerability="CVE-2026-1", purls=(PURL,)), id="OTHER")
    (one,) = judged(package(PURL, "1.2.0"), narrow, wide)
    assert fixes(one) == ("1.5.0",)
    assert lowest_for_all([one]) == ""


_numbers = st.integers(0, 12)
_spans = st.lists(st.tuples(_numbers, st.none() | _numbers), min_size=1, max_size=3)


def _text(number: int) -> str:
    return f"{number}.0.0"


@given(st.lists(_spans, min_size=1, max_size=4), _numbers)
def test_it_is_the_lowest_version_that_a_search_of_all_finds(ranges, here):
    versions = [
        lines(*((_text(low), None if high is None else _text(high)) for low, high in spans))
        for spans in ranges
    ]
    component = package(PURL, _text(here))
    found = judge(component, ClaimIndex([said(n, one) for n, one in enumerate(versions)]).matches(component))
    hit = [one for one in found if one.verdict is Verdict.AFFECTED]
    if not hit:
        return
    held_to = [one.match.claim.versions for one in hit]
    lowest = lowest_for_all(hit)
    sound = [
        number
        for number in range(here, 14)
        if all(where(one, _text(number)) not in {Where.INSIDE, Where.UNKNOWN} for one in held_to)
    ]
    if lowest:
        assert lowest == _text(sound[0])
    else:
        unsure = any(len(fixes(one)) != 1 for one in hit)
        assert unsure or not sound or _passes_an_end_without_a_fix(held_to, here, sound[0])


def _passes_an_end_without_a_fix(held_to: list[Versions], here: int, first: int) -> bool:
    """Whether on the way up a version lies in two ranges of one advisory, so that which of their ends counts is open."""
    return any(
        sum(where(Versions("semver", (span,)), _text(number)) is Where.INSIDE for span in one.spans) > 1
        for one in held_to
        for number in range(here, first)
    )


def test_what_is_not_affected_is_told_nothing_to_do():
    sound = advisory(claim(lines(("0", "1.0.0")), Status.AFFECTED, purls=(PURL,)))
    assert not exposed("1.2.0", sound)
