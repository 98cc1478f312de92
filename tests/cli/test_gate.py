"""The words of ``tocsin gate``, its exit codes, and every form of its answer."""

from __future__ import annotations

import json
import os
import re
import shutil
from pathlib import Path

import jsonschema_rs
import pytest

import tocsin
from cli.formats.goldens import hold
from tocsin.cli.gate import FORMATS
from tocsin.cli.main import main
from tocsin.cli.node import opened
from tocsin.inventory.told.gate_json import render
from tocsin.limits import GATE_RESULTS
from tocsin.service.inventory.gate_kept import kept_verdict

EXAMPLES = Path(__file__).parents[2] / "src/tocsin/data/examples/gate"
ROOT = Path(__file__).parents[2]
AT = ("--at", "2026-11-27")


@pytest.fixture(autouse=True)
def no_node(monkeypatch, tmp_path):
    monkeypatch.setenv("TOCSIN_DATA", str(tmp_path / "no-node"))
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setattr("time.time", lambda: 1_795_780_800.0)
    monkeypatch.chdir(EXAMPLES)


def words(name="good", *more):
    return [
        "gate", f"{name}.cdx.json", "--attestation", f"{name}.intoto.json", "--artifact", f"{name}.bin",
        "--questionnaire", "vendor.toml", "--against", "advisories", "--policy", "policy.toml", *AT, *more,
    ]  # fmt: skip


def drawn(capsys, *arguments):
    code = main(list(arguments))
    return code, capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "code", "first"), [("good", 0, "PASS"), ("stale", 7, "UNKNOWN"), ("forged", 1, "FAIL")]
)
@pytest.mark.parametrize("form", FORMATS)
def test_three_products_have_three_exit_codes_in_every_format(capsys, name, code, first, form):
    got, out = drawn(capsys, *words(name, "--format", form))

    assert got == code
    if form == "table":
        assert out.startswith(f"{first}: ")


@pytest.mark.parametrize("name", ["good", "stale", "forged"])
@pytest.mark.parametrize(
    ("form", "ending"), [("json", "json"), ("sarif", "sarif"), ("html", "html"), ("table", "table.txt")]
)
def test_each_format_is_as_it_was_looked_at(capsys, name, form, ending):
    _, out = drawn(capsys, *words(name, "--format", form))

    hold(f"gate-{name}.{ending}", out.replace(tocsin.__version__, "VERSION"))


def test_json_has_what_the_documentation_promises(capsys):
    _, out = drawn(capsys, *words("forged", "--format", "json"))
    answer = json.loads(out)

    assert answer["verdict"] == "fail"
    assert answer["data_age_s"] == 172_799
    assert {"id", "verdict", "why", "source"} <= set(answer["rules"][0])
    assert answer["attestation"]["statement"]["_type"] == "https://in-toto.io/Statement/v1"
    assert (answer["attestation"]["signed"], answer["attestation"]["envelope"]) == (False, None)


SARIF = {
    "type": "object",
    "required": ["version", "runs"],
    "properties": {
        "version": {"const": "2.1.0"},
        "runs": {
            "items": {
                "required": ["tool", "results"],
                "properties": {
                    "results": {
                        "items": {
                            "required": ["message", "ruleId", "ruleIndex", "locations"],
                            "properties": {
                                "level": {"enum": ["none", "note", "warning", "error"]},
                                "message": {
                                    "required": ["text"],
                                    "properties": {"text": {"type": "string", "minLength": 1}},
                                },
                                "ruleIndex": {"type": "integer", "minimum": 0},
                                "partialFingerprints": {"additionalProperties": {"type": "string"}},
                            },
                        }
                    },
                },
            },
        },
    },
}
"""What SARIF 2.1.0 asks of the properties that are written here."""


@pytest.mark.parametrize("name", ["good", "stale", "forged"])
def test_sarif_is_as_its_specification_asks(capsys, name):
    _, out = drawn(capsys, *words(name, "--format", "sarif"))
    log = json.loads(out)

    jsonschema_rs.validator_for(SARIF).validate(log)
    [run] = log["runs"]
    rules = run["tool"]["driver"]["rules"]
    for one in run["results"]:
        assert rules[one["ruleIndex"]]["id"] == one["ruleId"]  # 3.27.6
    notifications = run["tool"]["driver"]["notifications"]
    for one in run["invocations"][0]["toolExecutionNotifications"]:
        assert notifications[one["descriptor"]["index"]]["id"] == one["descriptor"]["id"]  # 3.52.5
    assert [(one["ruleId"], one["level"]) for one in run["results"]] == {
        "good": [],
        "stale": [("sbom-complete", "warning")],
        "forged": [("provenance", "error"), ("artifact-hash", "warning")],
    }[name]


def test_the_page_holds_no_script_and_loads_nothing(capsys):
    _, out = drawn(capsys, *words("forged", "--format", "html"))

    assert not re.search(r"<script|<link|<img|<iframe|src=|url\(|@import| on\w+=", out)
    assert "default-src 'none'" in out


def test_markup_of_others_is_text_in_the_page(capsys, tmp_path):
    shutil.copytree(EXAMPLES, tmp_path / "g")
    bill = tmp_path / "g/good.cdx.json"
    bill.write_text(bill.read_text().replace("Pump Controller", "<b onload=x>\\u202e{{ 7*7 }}"))

    _, out = drawn(capsys, "gate", str(bill), *AT, "--format", "html")

    assert "&lt;b onload=x&gt;&lt;U+202E&gt;{{ 7*7 }}" in out
    assert "<b onload" not in out


def test_what_could_steer_a_terminal_is_spelled_out(capsys, tmp_path):
    shutil.copytree(EXAMPLES, tmp_path / "g")
    bill = tmp_path / "g/good.cdx.json"
    bill.write_text(bill.read_text().replace("Pump Controller", "\\u001b[2J"))

    _, out = drawn(capsys, "gate", str(bill), *AT)

    assert "\x1b" not in out
    assert "<U+001B>" in out


def test_rules_with_one_answer_are_told_together(capsys):
    _, out = drawn(capsys, "gate", "good.cdx.json", *AT)

    assert out.count("No questionnaire was given.") == 1
    assert "- 8 questions (vendor-pledge, not required; vendor-ssdf; vendor-updates;" in out


def test_output_goes_to_a_file(capsys, tmp_path):
    code, out = drawn(capsys, *words("good", "--output", str(tmp_path / "r.txt")))

    assert (code, out) == (0, "")
    assert (tmp_path / "r.txt").read_text().startswith("PASS: ")


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["gate"], 2),
        (["gate", "good.cdx.json", "--format", "xml"], 2),
        (["gate", "good.cdx.json", "--policy", "lax"], 2),
        (["gate", "good.cdx.json", "--at", "soon"], 2),
        (["gate", "good.cdx.json", "--at", "9999-12-31"], 2),
        (["gate", "good.cdx.json", "--at", "2026-11-27", "--attest", "out.json"], 2),
        (["gate", "-", "--attestation", "-"], 2),
        (["gate", "good.cdx.json", "--attest", "out.json"], 2),
        (["gate", "good.cdx.json", "--keep"], 2),
        (["gate", "good.cdx.json", "--data", "nowhere"], 2),
        (["gate", "good.cdx.json", "--format", "json", "--output", "good.cdx.json"], 2),
        (["gate", "good.bin"], 3),
        (["gate", "good.cdx.json", "--attestation", "good.bin"], 3),
        (["gate", "good.cdx.json", "--questionnaire", "policy.toml"], 3),
        (["gate", "good.cdx.json", "--policy", "vendor.toml"], 3),
        (["gate", "nowhere.cdx.json"], 4),
        (["gate", "good.cdx.json", "--artifact", "nowhere.bin"], 4),
        (["gate", "good.cdx.json", "--attestation", "nowhere.json"], 4),
    ],
)
def test_what_cannot_be_done_has_its_exit_code(arguments, code):
    assert main(arguments) == code


def test_what_is_not_read_names_its_place(capsys):
    main(["gate", "good.cdx.json", "--questionnaire", "policy.toml"])

    assert "policy.toml at $" in capsys.readouterr().err


def test_a_node_signs_the_verdict_into_a_file(tmp_path, capsys):
    node = tmp_path / "node"
    assert main(["init", "--data", str(node), "--name", "Brookwater", "--sector", "water"]) == 0
    target = tmp_path / "verdict.dsse.json"

    arguments = [word for word in words("good") if word not in AT]
    arguments += ["--data", str(node), "--attest", str(target), "--output", str(tmp_path / "out.json")]
    code = main([*arguments, "--format", "json"])

    assert code == 0
    envelope = json.loads(target.read_text())
    assert envelope["payloadType"] == "application/vnd.in-toto+json"
    assert len(envelope["signatures"]) == 1
    answer = json.loads((tmp_path / "out.json").read_text())
    assert answer["attestation"]["signed"] is True
    assert answer["attestation"]["envelope"] == envelope


def test_a_verdict_as_of_another_day_is_not_signed(tmp_path, capsys):
    node = tmp_path / "node"
    assert main(["init", "--data", str(node), "--name", "Brookwater", "--sector", "water"]) == 0
    capsys.readouterr()

    _, out = drawn(capsys, *words("good", "--data", str(node), "--format", "json"))

    answer = json.loads(out)["attestation"]
    assert (answer["signed"], answer["envelope"]) == (False, None)
    assert "as of another moment" in answer["why"]


def test_a_node_keeps_the_verdict_that_it_told_and_says_where(tmp_path, capsys):
    node = tmp_path / "node"
    assert main(["init", "--data", str(node), "--name", "Brookwater", "--sector", "water"]) == 0
    capsys.readouterr()
    now = [word for word in words("forged") if word not in AT]

    assert main([*now, "--data", str(node), "--keep", "--format", "json"]) == 1
    told = capsys.readouterr()
    assert main([*words("good", "--data", str(node), "--keep")]) == 0
    assert "number 2" in capsys.readouterr().err

    assert told.err == "Kept as number 1; its page is /gate/1.\n"
    with opened(str(node)) as held:
        first, second = kept_verdict(held, 1), kept_verdict(held, 2)
    assert json.loads("".join(render(first.result, first.attestation))) == json.loads(told.out)
    assert (first.listed.signed, second.listed.signed) == (True, False)


def test_what_a_node_keeps_is_listed_the_newest_first(tmp_path, capsys):
    node = str(tmp_path / "node")
    main(["init", "--name", "Mill", "--sector", "water", "--data", node])
    assert drawn(capsys, "gate", "--kept", "--data", node)[1].endswith(
        "No verdict is kept. Keep one: tocsin gate --keep\n"
    )
    for name in ("good", "forged"):
        main([*words(name, "--data", node, "--keep")])
    capsys.readouterr()
    _, out = drawn(capsys, "gate", "--kept", "--data", node)
    assert [line.split()[:2] for line in out.splitlines()[1:]] == [["2", "FAIL"], ["1", "PASS"]]
    held = json.loads(drawn(capsys, "gate", "--kept", "--data", node, "--format", "json")[1])
    assert [(one["number"], one["verdict"]) for one in held["verdicts"]] == [(2, "fail"), (1, "pass")]
    product = held["verdicts"][0]["product"]
    assert (
        json.loads(drawn(capsys, "gate", product, "--kept", "--data", node, "--format", "json")[1])["found"]
        >= 1
    )
    assert (
        json.loads(drawn(capsys, "gate", "no such", "--kept", "--data", node, "--format", "json")[1])["found"]
        == 0
    )
    assert main(["gate", "--kept", "--data", node, "--format", "sarif"]) == 2


def test_without_a_product_it_says_what_to_name(capsys):
    assert main(["gate"]) == 2
    assert "no product is named" in capsys.readouterr().err


def test_for_one_more_than_a_node_keeps_the_oldest_goes_and_it_is_told(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("tocsin.service.inventory.gate_kept.GATE_RESULTS", 1)
    node = tmp_path / "node"
    assert main(["init", "--data", str(node), "--name", "Brookwater", "--sector", "water"]) == 0
    main([*words("good", "--data", str(node), "--keep")])
    capsys.readouterr()
    main([*words("good", "--data", str(node), "--keep")])

    assert "It took the place of the oldest: 1 went." in capsys.readouterr().err


def test_the_help_names_how_many_verdicts_stay(capsys):
    main(["gate", "--help"])

    assert f"the newest {GATE_RESULTS:,} stay" in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize("form", FORMATS)
def test_a_name_that_is_no_utf_8_is_shown(capsys, tmp_path, form):
    name = os.fsdecode(os.fsencode(tmp_path) + b"/p\xff.cdx.json")
    shutil.copy("good.cdx.json", name)
    artifact = os.fsdecode(os.fsencode(tmp_path) + b"/p\xff.bin")
    shutil.copy("good.bin", artifact)

    code, out = drawn(capsys, "gate", name, "--artifact", artifact, *AT, "--format", form)

    assert code == 1
    assert "xff.cdx.json" in out


def test_the_page_that_walks_through_the_examples_shows_what_is_printed(capsys):
    page = (ROOT / "docs/how-to/judge-a-product.md").read_text(encoding="utf-8")
    commands = re.findall(
        r"^tocsin (gate \S+\.cdx\.json .*?--at \S+)$", page.replace("\\\n", " "), re.MULTILINE
    )
    assert len(commands) == 3
    shown = re.findall(r"```text\n(.*?)\n```", page, re.DOTALL)
    for command, told, code in zip(commands, shown, (0, 7, 1), strict=True):
        got, out = drawn(capsys, *command.split())
        assert got == code
        assert out.startswith(told.rstrip(". \n"))
