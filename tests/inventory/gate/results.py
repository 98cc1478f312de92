"""Answers of the gate, made by hand."""

from __future__ import annotations

from tocsin.inventory.exposure import FeedAge, NotRead
from tocsin.inventory.gate.verdict import Answer, GateResult, Input, Ruling, Subject, Verdict

DAY_S = 86_400
MADE = "2026-11-26T12:00:00Z"


def made(
    verdict,
    product="Millrace Controls Pump Controller 2.1.0",
    *,
    age_s=3 * DAY_S,
    as_of=MADE,
    text="",
    details=(),
):
    """An answer of one rule for each verdict that may stand beside ``verdict``; ``text`` is in every word of others."""
    others = {
        Verdict.PASS: (),
        Verdict.UNKNOWN: (Verdict.PASS,),
        Verdict.FAIL: (Verdict.UNKNOWN, Verdict.PASS),
    }[verdict]
    rulings = tuple(
        Ruling(
            f"rule-{one.value}", f"Is it {one.value}? {text}", True, "high", f"our rules, section 4 {text}", "",
            Answer(
                one, f"It is so since 2026-10-05. {text}", "" if one is Verdict.PASS else "made-up",
                () if one is Verdict.PASS else (f"a case {text}", *details), "" if one is Verdict.PASS else f"Ask the maker. {text}",
                age_s,
            ),
        )
        for one in (verdict, *others)
    )  # fmt: skip
    return GateResult(
        product=f"{product}{text}",
        purl="pkg:generic/pump-controller@2.1.0",
        verdict=verdict,
        rulings=rulings,
        policy=f"Brookwater{text}",
        policy_version="1",
        subjects=(Subject(f"good.cdx.json{text}", (("sha256", "ab" * 32), ("sha512", "cd" * 64))),),
        inputs=(Input("policy", f"policy.toml{text}", "ef" * 32),),
        feeds=(FeedAge(f"kev{text}", 1_400, "2026-11-23", age_s, stale=False),),
        not_read=(NotRead(f"good.cdx.json{text}", "$.components[3]", f"no name {text}"),),
        notes=(f"A doubt. {text}",),
        components=4,
        data_age_s=age_s,
        made=MADE,
        as_of=as_of,
        tocsin="0.9.0",
    )
