"""The page that leads a newcomer from an incident to three reports and a plan: what it shows is what comes out."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import pytest_socket

from tocsin.cli.main import main

NOW_US = 1_795_788_966_000_000  # 2026-11-27 14:16:06 UTC
PAGE = (Path(__file__).parents[2] / "docs" / "how-to" / "note-an-incident.md").read_text(encoding="utf-8")
YES = ("critical_sector", "above_small_business", "sec_8k", "tsa_pipeline")


@pytest.fixture
def run(capsys, monkeypatch, tmp_path):
    """Runs a verb at the node of Valley Gas, which has said what it is: exit code, stdout."""
    monkeypatch.setenv("TOCSIN_DATA", str(tmp_path / "node"))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("tocsin.cli.node.now_us", lambda: NOW_US)
    pytest_socket.enable_socket()
    pytest_socket.disable_socket(allow_unix_socket=True)

    def verb(*arguments):
        code = main(list(arguments))
        return code, capsys.readouterr().out

    assert verb("init", "--name", "Valley Gas", "--sector", "energy")[0] == 0
    text = verb("incident", "profile")[1]
    for name in YES:
        text = text.replace(f'{name} = "unknown"', f'{name} = "yes"')
    text = text.replace('country = ""', 'country = "US"').replace('zone = ""', 'zone = "America/New_York"')
    Path("us.toml").write_text(text.replace('"unknown"', '"no"'))
    assert verb("incident", "profile", "--from", "us.toml")[0] == 0
    return verb


def shown(verb):
    """The lines that the page shows of a verb's output."""
    (text,) = re.findall(rf"^```text\n\$ {re.escape(verb)}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    return [line for line in text.splitlines() if line]


def lines(text):
    return [line.rstrip() for line in text.splitlines()]


def test_the_clocks_run_as_the_page_shows_them(run):
    said = ["determination=confirmed", *re.findall(r'--set "(moments[^"]+)"', PAGE)]
    arguments = [part for one in said for part in ("--set", one)]
    assert run("incident", "new", "Billing is encrypted", "--kind", "ransomware", *arguments)[0] == 0
    code, out = run("incident", "due")
    assert code == 0
    assert [line for line in shown("tocsin incident due") if line not in lines(out)] == []


def test_the_form_of_the_page_makes_three_reports_a_cause_and_a_plan(run, tmp_path):
    (form,) = re.findall(r"^```toml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    Path("form.toml").write_text(form)
    assert run("incident", "new", "Billing is encrypted", "--from", "form.toml")[0] == 0
    for rule in ("tsa-pipeline", "sec-8k", "circia-incident"):
        code, out = run("incident", "report", "Billing is encrypted", "--rule", rule)
        assert (code, "Nothing that is required is missing." in out) == (0, True)
    told = lines(run("incident", "report", "Billing is encrypted", "--rule", "tsa-pipeline")[1])
    verb = 'tocsin incident report "Billing is encrypted" --rule tsa-pipeline'
    assert [one for one in shown(verb) if one not in told and "due in" not in one] == []
    assert [one for one in shown("tocsin causes") if one not in lines(run("causes")[1])] == []
    out = lines(run("plan", "--measures", "5", "--draws", "0")[1])
    assert [one for one in shown("tocsin plan --measures 5") if one not in out] == []
