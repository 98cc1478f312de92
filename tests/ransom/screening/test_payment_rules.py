from __future__ import annotations

from datetime import date

import pytest

from tocsin.errors import BadInput
from tocsin.ransom.screening.payment_rules import MayPay, may_pay, read_payment_rules
from tocsin.service.ransom.screen import payment_rules, places

DAY = date(2026, 11, 27)


@pytest.mark.parametrize(
    ("payer", "where", "day", "answer"),
    [
        ("public", "US-NC", DAY, MayPay.FORBIDDEN),
        ("public", "US-FL", DAY, MayPay.FORBIDDEN),
        ("public", "US-FL", date(2022, 6, 30), MayPay.NO_RULE_KNOWN),
        ("private", "US-NC", DAY, MayPay.NO_RULE_KNOWN),
        ("private", "US", DAY, MayPay.NO_RULE_KNOWN),
        ("public", "US-TX", DAY, MayPay.UNKNOWN),
        ("public", "US", DAY, MayPay.UNKNOWN),
        ("private", "GB", DAY, MayPay.UNKNOWN),
        ("public", "", DAY, MayPay.UNKNOWN),
        ("private", "", DAY, MayPay.UNKNOWN),
        ("", "US-NC", DAY, MayPay.UNKNOWN),
        ("", "", DAY, MayPay.UNKNOWN),
        ("public", "US-NCX", DAY, MayPay.UNKNOWN),
    ],
)
def test_what_the_rules_that_ship_say_of_a_payer(payer, where, day, answer):
    assert may_pay(payment_rules(), payer, where, day).answer is answer


def test_each_answer_brings_what_holds_for_all_and_its_sources():
    found = may_pay(payment_rules(), "public", "US-NC", DAY)
    rules = {rule.id: sources for rule, sources in found.rules}
    assert rules.keys() == {"us-nc-public", "us-sanctions", "us-fifty-percent", "us-embargo", "insurer"}
    assert rules["us-nc-public"][0].section == "G.S. 143-800"
    assert found.looked_up == date(2026, 11, 27)


@pytest.mark.parametrize(
    ("where", "payer", "day", "rules"),
    [
        ("GB", "private", DAY, {"uk-sanctions", "uk-public-proposed", "insurer"}),
        ("UK", "public", DAY, {"uk-sanctions", "uk-public-proposed", "insurer"}),
        ("GB-LND", "private", date(2022, 6, 14), {"uk-public-proposed", "insurer"}),
        ("DE", "private", DAY, {"insurer"}),
    ],
    ids=["gb", "uk", "before-it-held", "elsewhere"],
)
def test_in_the_united_kingdom_its_own_rules_are_told_and_the_answer_stays_unknown(where, payer, day, rules):
    found = may_pay(payment_rules(), payer, where, day)
    assert (found.answer, {rule.id for rule, _ in found.rules}) == (MayPay.UNKNOWN, rules)


def test_each_rule_names_a_source_and_each_that_was_not_read_says_what_was():
    assert [rule.id for each in payment_rules() for rule in each.rule if not rule.source] == []
    sources = [one for each in payment_rules() for one in each.source]
    assert [one.id for one in sources if not one.confirmed and not one.note] == []
    assert len({one.id for one in sources}) == len(sources)


RULES = 'family = "x"\nversion = "1"\nas_of = 2026-01-01\ncovers = []\nsource = []\n'
RULE = '[[rule]]\nid="a"\nname="a"\nwhere=[]\npayer=["public"]\neffect="note"\nstatus="advice"\nwords="x"\nsource=["b"]\n'


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("family = ", "no rules of payment"),
        (RULES, "missing required field `rule`"),
        (RULES + RULE, "names the source b"),
        (RULES + RULE.replace("note", "allowed"), "Invalid enum value 'allowed'"),
    ],
    ids=["toml", "none", "source", "effect"],
)
def test_a_file_that_is_no_rules_is_an_error(text, says):
    with pytest.raises(BadInput) as error:
        read_payment_rules(text, "x.toml")
    assert says in str(error.value)


def test_what_is_only_proposed_forbids_nothing():
    text = RULES + RULE.replace("note", "forbidden").replace("advice", "proposed").replace('["b"]', "[]")
    rules = read_payment_rules(text.replace("where=[]", 'where=["GB"]'))
    assert may_pay([rules], "public", "GB", DAY).answer is MayPay.UNKNOWN


def test_of_a_country_it_is_told_which_of_its_states_forbid_it_by_the_rules_alone():
    found = may_pay(payment_rules(), "public", "US", DAY, places())
    assert (found.answer, found.why) == (
        MayPay.UNKNOWN,
        "Say the state: North Carolina and Florida forbid it to public payers.",
    )
    before = may_pay(payment_rules(), "public", "US", date(2022, 6, 30), places())
    assert before.why == "Say the state: North Carolina forbids it to public payers."
    assert may_pay(payment_rules(), "private", "US", DAY, places()).answer is MayPay.NO_RULE_KNOWN


def test_a_country_with_the_letters_of_a_state_says_that_it_is_not_the_state():
    why = may_pay(payment_rules(), "public", "DE", DAY, places()).why
    assert why.startswith("For public payers in DE (Germany; Delaware is US-DE) nobody has looked here")
