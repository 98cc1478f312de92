"""tocsin wallet statement: what add, list and withdraw print, keep and exit with."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ransom.attribution.making import ADDRESS

ONE = f"""
[[statement]]
address = "{ADDRESS}"
role = "operator"
named = "DarkSide"
said_by = "Bob"
said_on = 2021-06-07
reliability = "B"
credibility = 2

[[statement.evidence]]
source = "A court"
what = "It says so"
day = 2021-06-07
"""


def said(text=ONE, name="said.toml"):
    Path(name).write_text(text, encoding="utf-8")
    return name


def added(run, text=ONE):
    code, out, _ = run("wallet", "statement", "add", said(text), "--format", "json")
    assert code == 0
    return json.loads(out)["new"][0]["id"]


def test_a_statement_is_noted_once(run):
    code, out, err = run("wallet", "statement", "add", said())
    assert (code, err) == (0, "")
    assert out.endswith(f": Bob names DarkSide as operator of the address {ADDRESS}.\n")
    assert out.startswith("Noted as ")
    assert run("wallet", "statement", "add", said())[1].startswith("Known before as ")


def test_a_statement_may_be_of_the_day_that_it_is_elsewhere(run):
    # The clock of this node says 2026-11-27.
    added(run, ONE.replace("said_on = 2021-06-07", "said_on = 2026-11-28"))


def test_what_a_file_says_twice_is_noted_once(run):
    assert run("wallet", "statement", "add", said(ONE + ONE))[1].count("\n") == 1


def test_the_list_has_both_grades_apart(run):
    id = added(run)
    _, out, _ = run("wallet", "statement", "list")
    head, row = out.splitlines()
    assert head.split() == ["ID", "ROLE", "NAMED", "ABOUT", "SAYS", "ON", "SOURCE", "INFORMATION", "STATE"]
    assert row.split() == [
        id[:8],
        "operator",
        "DarkSide",
        "address",
        ADDRESS,
        "Bob",
        "2021-06-07",
        "B",
        "2",
        "stands",
    ]


def test_json_has_the_statement_with_how_much_of_its_evidence_is_independent(run):
    added(
        run,
        ONE
        + '\n[[statement.evidence]]\nsource = "Press"\nwhat = "So it says"\nday = 2021-06-08\nrests_on = "A court"\n',
    )
    (one,) = json.loads(run("wallet", "statement", "list", "--format", "json")[1])["statements"]
    assert (one["independent_sources"], one["stix_confidence"], len(one["evidence"])) == (1, 70, 2)
    assert (one["noted_by"], one["noted"]) == ("ann", "2026-11-27T11:46:40.000Z")


def test_a_withdrawn_statement_stays_visible(run):
    id = added(run)
    assert run("wallet", "statement", "withdraw", id[:8], "--why", "It was wrong")[1].startswith(
        f"Withdrawn: {id[:8]}, "
    )
    assert "withdrawn" in run("wallet", "statement", "list")[1]
    (one,) = json.loads(run("wallet", "statement", "list", "--format", "json")[1])["statements"]
    assert (one["withdrawn_by"], one["withdrawn_why"]) == ("ann", "It was wrong")
    code, _, err = run("wallet", "statement", "withdraw", id)
    assert code == 3
    assert "was withdrawn already, by ann" in err
    assert f"Careful: {id[:8]} was withdrawn, and stays so." in run("wallet", "statement", "add", said())[1]


def test_what_is_no_id_withdraws_nothing(run):
    added(run)
    assert run("wallet", "statement", "withdraw", "zzzz")[0] == 6
    assert run("wallet", "statement", "withdraw", "")[0] == 6


@pytest.mark.parametrize(
    ("old", "new", "code", "told"),
    [
        ("credibility = 2", "credibility = 9", 3, "said.toml at $.statement[0].credibility: "),
        ("credibility = 2", "credibility = ", 3, "said.toml:9:15: "),
        (
            f'address = "{ADDRESS}"',
            'incident = "Nowhere"',
            6,
            "said.toml at $.statement[0].incident: no incident",
        ),
        (
            "said_on = 2021-06-07",
            "said_on = 9999-12-31",
            3,
            "said.toml at $.statement[0].said_on: it is said on 9999-12-31, a day to come",
        ),
        ("said_on = 2021-06-07", "said_on = 2026-11-29", 3, "said.toml at $.statement[0].said_on: "),
    ],
    ids=["digit", "toml", "incident", "far to come", "after tomorrow"],
)
def test_of_a_file_with_a_fault_nothing_is_noted(run, old, new, code, told):
    found, out, err = run(
        "wallet",
        "statement",
        "add",
        said(ONE + ONE.replace(old, new) if "Nowhere" in new else ONE.replace(old, new)),
    )
    assert (found, out) == (code, "")
    assert told.replace("statement[0].incident", "statement[1].incident") in err
    assert (
        run("wallet", "statement", "list")[1]
        == "There is none. Note some: tocsin wallet statement add FILE\n"
    )


def test_a_statement_on_an_incident_is_on_its_id(run):
    run("incident", "new", "Billing is encrypted", "--kind", "ransomware")
    added(run, ONE.replace(f'address = "{ADDRESS}"', 'incident = "Billing is encrypted"'))
    (one,) = json.loads(run("wallet", "statement", "list", "--format", "json")[1])["statements"]
    assert one["incident"].startswith("incident--")
    assert "incident Billing is encrypted" in run("wallet", "statement", "list")[1]
