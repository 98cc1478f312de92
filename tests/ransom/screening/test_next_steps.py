from __future__ import annotations

import pytest

from tocsin.ransom.screening.known_ransom import KnownRansom, Origin
from tocsin.ransom.screening.next_steps import next_steps
from tocsin.ransom.screening.payment_rules import MayPay
from tocsin.ransom.screening.screening import Verdict

ANOTHER = "Ask for another address"
NO_RULE = MayPay.NO_RULE_KNOWN


def has(steps, start):
    return any(one.startswith(start) for one in steps)


def test_a_typing_error_is_to_be_compared_with_the_demand_and_asks_for_no_other_address():
    steps = next_steps(None, NO_RULE, misspelt=True)
    assert has(steps, "Compare the address that holds a typing error with the demand")
    assert not has(steps, ANOTHER)
    assert has(next_steps(Verdict.NOT_SCREENABLE, NO_RULE, unscreenable=True), ANOTHER)
    assert not has(next_steps(Verdict.NOT_SCREENABLE, NO_RULE, stale=["ofac"]), ANOTHER)


@pytest.mark.parametrize(
    ("stale", "is_past", "step"),
    [
        (["ofac"], False, "Bring the list of today and ask again: tocsin sync ofac"),
        (["ofac"], True, "Bring a list of that time and ask again: tocsin sync ofac --mirror FILE"),
        (
            ["ofac", "eu-sanctions"],
            False,
            "Bring the lists of today and ask again: tocsin sync ofac and tocsin sync eu-sanctions",
        ),
    ],
    ids=["today", "past", "two"],
)
def test_a_list_is_to_be_brought_of_the_day_that_was_asked_about(stale, is_past, step):
    assert step in next_steps(Verdict.NO_MATCH_FOUND, NO_RULE, stale=stale, is_past=is_past)
    assert not has(next_steps(Verdict.NO_MATCH_FOUND, NO_RULE, is_past=is_past), "Bring")


def test_whoever_asked_about_nobody_is_to_screen_the_address_too_unless_it_is_forbidden_anyway():
    assert has(next_steps(None, NO_RULE, is_asked=False), "Screen the address of the demand")
    steps = next_steps(None, MayPay.FORBIDDEN, is_asked=False)
    assert steps[0].startswith("Do not pay")
    assert not has(steps, "Screen the address")


def told(name, origin=Origin.GIVEN, by="Hub", **more):
    return KnownRansom(name, name, origin, by, **more)


def test_who_told_of_another_ransom_is_asked_before_anything_is_paid():
    steps = next_steps(
        Verdict.LINKED,
        NO_RULE,
        leads_to_party=False,
        ransoms=[told("A", contact="Bea, +1 555"), told("B", Origin.OWN, "")],
    )
    assert steps[0] == (
        "Do not pay before you have asked who knows of the other ransom: call Hub, who told of A (Bea, +1 555); look at "
        "your own B."
    )
    assert has(steps, "Say in your report that this hand asks others")
    assert not has(steps, "Do not pay until counsel")
    both = next_steps(Verdict.LINKED, NO_RULE, ransoms=[told("A")])
    assert [one[:24] for one in both[:2]] == ["Do not pay until counsel", "Do not pay before you ha"]


def test_of_many_to_ask_some_are_named_and_no_name_steers_a_terminal():
    ransoms = [told("N", Origin.NOTED, "Mill"), told("R", Origin.RELEASED, ""), told("\x1b[2J")]
    steps = next_steps(Verdict.LINKED, NO_RULE, ransoms=[*ransoms, *(told(str(n)) for n in range(2))])
    told_of = next(one for one in steps if "ask Mill about N" in one)
    assert "ask the member who told you of R; call Hub, who told of <U+001B>[2J; and 2 more." in told_of
