"""inventory review, same, different, forget, aliases and adopt: what each prints, keeps and exits with."""

# ruff: noqa: ISC004  a line of output stands as one item

from __future__ import annotations

import json
import sys
from types import SimpleNamespace

import pytest
import pytest_socket

from inventory.made import advisory, below, claim
from inventory.stocked import exploited, feed
from tocsin.cli.main import main
from tocsin.cli.node import opened
from tocsin.inventory.advisory import Form

NOW_US = 1_795_780_000_000_000  # 2026-11-27
ASSETS = """vendor,product,version
Rockwell Automation,PanelView 800,11.011
,Exchange,5
"""
SAME = ("inventory", "same", "Rockwell Automation PanelView 800", "PanelView 800 2711R")


@pytest.fixture
def node(capsys, monkeypatch, tmp_path):
    """Runs a verb of a node that has two products whose names alone are known, and advisories: code, stdout, stderr."""
    monkeypatch.setenv("TOCSIN_DATA", str(tmp_path / "node"))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("tocsin.cli.node.now_us", lambda: NOW_US)
    monkeypatch.setattr("getpass.getuser", lambda: "ann")
    pytest_socket.enable_socket()
    pytest_socket.disable_socket(allow_unix_socket=True)
    (tmp_path / "assets.csv").write_text(ASSETS)

    def verb(*arguments):
        code = main(list(arguments))
        told = capsys.readouterr()
        return code, told.out, told.err

    verb("init", "--name", "Mill", "--sector", "water")
    verb("inventory", "add", "assets.csv", "--site", "pump house 3")
    with opened(str(tmp_path / "node")) as kept:
        panel = {"vendor": "Rockwell Automation", "name": "PanelView 800 2711R"}
        here = SimpleNamespace(node=kept, now_us=NOW_US)
        feed(
            here,
            "csaf",
            *(
                advisory(
                    claim(below("12"), vulnerability=f"CVE-2026-{number}", **panel),
                    form=Form.CSAF,
                    id=f"ICSA-26-00{number}-01",
                )
                for number in (1, 2, 3)
            ),
            advisory(
                claim(below("15"), vulnerability="CVE-2026-4", vendor="Microsoft", name="Exchange"),
                form=Form.CSAF,
                id="MS-4",
            ),
            day="2026-11-26",
        )
        feed(here, "kev", exploited("CVE-2026-3"), day="2026-11-26")
    return verb


def asked(node):
    return json.loads(node("inventory", "review", "--format", "json")[1])["questions"]


def test_what_is_asked_is_told_in_plain_words_with_both_answers(node):
    code, out, _ = node("inventory", "review")
    assert code == 0
    assert out.splitlines() == [
        "1. Your Rockwell Automation PanelView 800 at pump house 3: is it the PanelView 800 2711R of Rockwell "
        "Automation that 3 advisories speak of?",
        "   The advisories name a member of a family more exactly than the inventory does. It is about 3 "
        "vulnerabilities, 1 of them known to be exploited; if it is, the first is due by 2026-11-30 "
        "(ICSA-26-001-01, ICSA-26-002-01, ICSA-26-003-01).",
        "   yes: tocsin inventory same 'Rockwell Automation PanelView 800' 'PanelView 800 2711R' --vendor 'Rockwell "
        "Automation'",
        "   no:  tocsin inventory different 'Rockwell Automation PanelView 800' 'PanelView 800 2711R' --vendor "
        "'Rockwell Automation'",
        "2. Your Exchange at pump house 3: is it the Exchange of Microsoft that an advisory speaks of?",
        "   The inventory does not say who makes it. It is about 1 vulnerability; if it is, the first is due by "
        "2027-01-26 (MS-4).",
        "   yes: tocsin inventory same Exchange Exchange --vendor Microsoft",
        "   no:  tocsin inventory different Exchange Exchange --vendor Microsoft",
    ]


def test_as_json_a_question_is_told_whole(node):
    first = asked(node)[0]
    assert first["held"] == {
        "words": "Rockwell Automation PanelView 800",
        "vendor": "Rockwell Automation",
        "name": "PanelView 800",
        "identifier": None,
    }
    assert (first["open"], first["exploited"], first["sites"]) == (3, ["CVE-2026-3"], ["pump house 3"])


def test_a_yes_makes_it_affected_and_says_whose_word_it_is(node):
    code, out, _ = node(*SAME, "--note", "The type plate says so.")
    assert code == 0
    assert out.splitlines() == [
        "Kept: ann said on 2026-11-27 that Rockwell Automation PanelView 800 is Rockwell Automation PanelView 800 "
        "2711R: The type plate says so. It is about 1 product of that name at 1 site.",
        "Next: tocsin check --inventory",
    ]
    code, out, _ = node("check", "--inventory", "--format", "json")
    rows = {one["vulnerability"]: one for one in json.loads(out)["rows"]}
    assert code == 1
    assert (rows["CVE-2026-1"]["rule"], rows["CVE-2026-1"]["match"]) == ("in-range", "person")
    assert "ann said on 2026-11-27 that" in rows["CVE-2026-1"]["basis"]
    assert rows["CVE-2026-1"]["alias"] == {
        "held": "Rockwell Automation PanelView 800",
        "said": "same",
        "named": "Rockwell Automation PanelView 800 2711R",
        "on": "2026-11-27",
        "by": "ann",
        "adopted_by": None,
        "note": "The type plate says so.",
    }
    assert "ann said on 2026-11-27" in " ".join(node("check", "--inventory")[1].split())
    assert [one["named"]["vendor"] for one in asked(node)] == ["Microsoft"]


def test_a_no_is_told_as_not_affected_by_whose_word_and_can_be_forgotten(node):
    assert node("inventory", "different", "Exchange", "Exchange", "--vendor", "Microsoft")[0] == 0
    code, out, _ = node("affected", "CVE-2026-4", "--format", "json")
    assert code == 0
    (row,) = json.loads(out)["rows"]
    assert (row["verdict"], row["rule"], row["alias"]["said"]) == (
        "not_affected",
        "another-product",
        "different",
    )
    statement = json.loads(node("affected", "CVE-2026-4", "--format", "vex")[1])["statements"][0]
    assert (statement["status"], statement["justification"]) == ("not_affected", "component_not_present")
    code, out, _ = node("inventory", "forget", "Exchange")
    assert (code, out) == (0, "Forgotten: ann said on 2026-11-27 that Exchange is not Microsoft Exchange.\n")
    assert len(asked(node)) == 2
    assert node("inventory", "forget", "Exchange")[0] == 6


def test_what_one_member_found_out_another_adopts(node, tmp_path):
    node(*SAME, "--note", "=A formula")
    code, out, _ = node("inventory", "aliases", "--format", "csv")
    assert code == 0
    assert out.splitlines()[1] == (
        "Rockwell Automation,PanelView 800,,same,Rockwell Automation,PanelView 800 2711R,,2026-11-27,Mill,'=A formula"
    )
    (tmp_path / "aliases.csv").write_text(f"{out}x,y,,maybe,a,b,,2026-01-01,z,\n", newline="")
    node("inventory", "forget", "PanelView 800")
    code, out, _ = node("inventory", "adopt", "aliases.csv")
    assert code == 0
    assert out.splitlines() == [
        "1 adopted, 1 of them about products that are here; 0 were known.",
        "Not read: line 3: it says 'maybe' and neither same nor different",
    ]
    assert node("inventory", "aliases")[1] == (
        "- Mill, adopted by ann, said on 2026-11-27 that Rockwell Automation PanelView 800 is Rockwell Automation "
        "PanelView 800 2711R: =A formula\n"
    )


def test_one_after_the_other_is_asked_at_a_terminal_alone(node, monkeypatch):
    assert node("inventory", "review", "--ask")[0] == 2
    answers = iter(["y", "s"])
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    monkeypatch.setattr("click.prompt", lambda *_, **__: next(answers))
    code, out, _ = node("inventory", "review", "--ask")
    assert code == 0
    assert "Kept: ann said" in out
    assert [one["named"]["vendor"] for one in asked(node)] == ["Microsoft"]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["same", "Valve", "x"], 6),
        (["same", "Exchange", "nothing that is known"], 6),
        (["same", "Exchange", "cpe:nonsense"], 3),
        (["adopt", "assets.csv"], 3),
        (["adopt", "not-there.csv"], 4),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_cannot_be_said_is_refused_with_its_code(node, words, code):
    assert node("inventory", *words)[0] == code
