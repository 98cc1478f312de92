from __future__ import annotations

from dataclasses import replace

import pytest

from inventory.made import advisory, below, claim
from tocsin.inventory.advisory import Exploited, Form, Stakes
from tocsin.inventory.claim import Remedy, Status
from tocsin.inventory.revision import is_anew, major_version

ONE = claim(below("2.0"), name="pump", vendor="v", vulnerability="CVE-1")
OTHER = claim(below("2.0"), name="valve", vendor="v", vulnerability="CVE-1")
FIX = Remedy("vendor_fix", "Update to 2.0")


def made(revision="1", *claims, **more):
    return advisory(*(claims or (ONE,)), form=Form.CSAF, revision=revision, **more)


@pytest.mark.parametrize(
    ("text", "major"),
    [
        ("1.0.0", 1),
        ("0.9.0", 0),
        ("12.40.0+21AF26D3", 12),
        ("1.0.0-alpha.1", 1),
        ("1.0.0-x-y-z.--", 1),
        ("1.0.0+exp.sha.5114f85", 1),
        ("1", None),
        ("0", None),
        ("1.0", None),
        ("01.0.0", None),
        ("1.0.0.0", None),
        ("1.0.0-", None),
        ("1.0.0-a..b", None),
        ("v1.0.0", None),
        ("1.0.0\n", None),
        ("", None),
        ("9" * 5_000 + ".0.0", None),
    ],
)
def test_semantic_versions_are_told_from_whole_numbers(text, major):
    assert major_version(text) == major


def test_a_new_first_number_of_a_semantic_version_counts_whatever_was_changed():
    assert is_anew(made("1.4.0"), made("2.0.0"))
    assert is_anew(made("0.3.0"), made("1.0.0"))
    assert is_anew(made("1"), made("2.0.0"))
    assert is_anew(made("2.0.0"), made("3"))


@pytest.mark.parametrize("revisions", [("1.0.0", "1.1.0"), ("1.0.0", "1.0.1"), ("1", "2"), ("", "")])
def test_other_words_do_not_count(revisions):
    old, new = revisions
    before = made(old, ONE, OTHER, title="a", stakes=(("CVE-1", Stakes(score=5.0, epss=0.1)),))
    after = made(
        new,
        replace(OTHER, place="$.other", text="another text", why="another reason", title="t", stated="2026"),
        ONE,
        title="b",
        text="more",
        severity="high",
        modified="2026-01-01T00:00:00Z",
        stakes=(("CVE-1", Stakes(score=6.0, epss=0.2)),),
    )
    assert not is_anew(before, after)


@pytest.mark.parametrize(
    "after",
    [
        made("1.1.0", ONE, OTHER),
        made("1.1.0", replace(ONE, vulnerability="CVE-2")),
        made("1.1.0", replace(ONE, status=Status.FIXED)),
        made("1.1.0", replace(ONE, versions=below("2.1"))),
        made("1.1.0", replace(ONE, condition="with option x")),
        made("1.1.0", replace(ONE, remedies=(FIX,))),
        made("1.1.0", replace(ONE, platform=OTHER.product)),
        made("1.1.0", withdrawn="2026-01-01"),
        made("1.1.0", draft=True),
        made("1.1.0", stakes=(("CVE-1", Stakes(exploitation="active")),)),
        made("1.1.0", stakes=(("CVE-1", Stakes(exploited=Exploited("2026-01-01", "2026-01-22", "x", False))),)),
    ],
)  # fmt: skip
def test_a_small_number_does_not_hide_that_something_else_is_claimed(after):
    assert is_anew(made("1.0.0"), after)
