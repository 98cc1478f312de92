"""The words of ``tocsin check``: what is asked of the service, and where its answer goes."""

from __future__ import annotations

import json
import sys
from types import ModuleType

import msgspec
import pytest
from hypothesis import given, strategies as st

import tocsin.service.detect
from tocsin.cli.check import spread
from tocsin.cli.main import main
from tocsin.detect.result import CheckResult, Finding, Totals, Why
from tocsin.model.timestamp import parse_timestamp
from tocsin.service.progress import SilentProgress

FINDING = Finding(
    id="finding--00000000-0000-5000-8000-000000000000",
    warning="indicator--1",
    kind="ipv4-addr",
    title="A bad address",
    where="mail",
    actor="",
    first_seen="2021-03-02T08:15:00.000Z",
    last_seen="2021-03-02T08:15:00.000Z",
    count=1,
    severity="medium",
    confidence=80,
    tlp="green",
    pattern="[ipv4-addr:value = '198.51.100.7']",
    examples=(),
    notes=(),
    why=Why(kind="warning", text="A bad address", holds=True),
)
NOT_SEEN = Totals(
    warnings=1, hit=0, not_seen=1, cannot_tell=0, warnings_skipped=0, warnings_not_checked=0, files=1,
    files_unread=0, rows=5, read=5, skipped=0, findings=0,
)  # fmt: skip


def result(totals=NOT_SEEN, findings=()):
    return CheckResult(
        tocsin="0", checked_at="2021-04-01T00:00:00.000Z", since="", until="", took_s=0.1, totals=totals,
        findings=findings, groups=(), answers=(), evidence=(),
    )  # fmt: skip


HIT = result(msgspec.structs.replace(NOT_SEEN, hit=1, not_seen=0, findings=1), (FINDING,))


class Service:
    """Stands where the service stands, and keeps what it was asked."""

    def __init__(self) -> None:
        self.answer = result()
        self.request = None
        self.progress = None

    def check(self, request, progress, stdin=None):
        self.request, self.progress = request, progress
        return self.answer


@pytest.fixture
def service(monkeypatch, tmp_path):
    stand_in = Service()
    module = ModuleType("tocsin.service.detect.check")
    module.check = stand_in.check
    monkeypatch.setitem(sys.modules, "tocsin.service.detect.check", module)
    monkeypatch.setattr(tocsin.service.detect, "check", module, raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.chdir(tmp_path)
    return stand_in


@pytest.mark.parametrize(
    ("words", "spread_out"),
    [
        ("e --against a", "e --against a"),
        ("e --against a b c", "e --against a --against b --against c"),
        ("e --against a b --since 90d f", "e --against a --against b --since 90d f"),
        ("--against a b -- e f", "--against a --against b -- e f"),
        ("e --against a --against b c", "e --against a --against b --against c"),
        ("e --against - b", "e --against - --against b"),
        ("e --against=a f", "e --against=a f"),
        ("e --against", "e --against"),
        ("e --against --quiet", "e --against --quiet"),
        ("e -q --against a -q f", "e -q --against a -q f"),
        ("-- --against a b", "-- --against a b"),
    ],
)
def test_every_word_up_to_the_next_option_is_a_warning(words, spread_out):
    assert spread(words.split(), "--against") == spread_out.split()


@given(
    st.lists(st.sampled_from(["--against", "a", "b", "-", "-q", "--since", "--", "--against=c"]), max_size=8)
)
def test_spreading_twice_is_spreading_once_and_keeps_every_word(words):
    once = spread(words, "--against")
    assert spread(once, "--against") == once
    assert [word for word in once if word != "--against"] == [word for word in words if word != "--against"]


def test_what_is_asked_reaches_the_service(service, tmp_path):
    words = "check logs mail.csv --since 2021-03-01 --until 2021-03-31 --as csv --mapping m.toml --no-known-good --against a b"
    assert main(words.split()) == 0
    asked = service.request
    assert asked.evidence == ("logs", "mail.csv")
    assert asked.against == ("a", "b")
    assert (asked.since, asked.until) == ("2021-03-01T00:00:00.000Z", "2021-04-01T00:00:00.000Z")
    assert asked.as_format == "csv"
    assert str(asked.mapping) == "m.toml"
    assert asked.known_good is False
    assert asked.cache == tmp_path / "cache" / "tocsin"
    assert asked.cache.stat().st_mode & 0o777 == 0o700
    assert asked.now > parse_timestamp("2025-01-01T00:00:00Z")
    assert isinstance(service.progress, SilentProgress)


def test_settings_reach_the_service(service, tmp_path):
    (tmp_path / "tocsin.toml").write_text(
        'threads = 3\nmemory_mb = 512\nhosts = ["mail"]\nknown_good = false\n'
    )
    main(["check", "logs", "--against", "a", "--no-cache"])
    asked = service.request
    assert (asked.threads, asked.memory_bytes, asked.hosts) == (3, 512 << 20, ("mail",))
    assert asked.known_good is False
    assert asked.cache is None


def test_a_cache_that_cannot_be_made_does_not_stop_the_check(service, tmp_path, capsys):
    (tmp_path / "cache").write_text("a file in the way")
    assert main(["check", "logs", "--against", "a"]) == 0
    assert service.request.cache is None
    assert "without a cache" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("check", "no evidence"),
        ("check --against a", "no evidence"),
        ("check --against a logs", "no evidence"),
        ("check logs", "no warnings"),
        ("check logs --against", "--against"),
        ("check - --against -", "stdin"),
        ("check - - --against a", "stdin"),
        ("check logs --against a --since 2021-03-02 --until 2021-03-01", "not before --until 2021-03-01"),
        ("check logs --against a --format html --output a.html --report a.html", "one file"),
        ("check logs --against a --since soon", "--since"),
        ("check logs --against a --output .", "folder"),
        ("check logs --against a --report none/report.html", "not there"),
        ("check logs --against a --format pdf", "pdf"),
    ],
)
def test_half_a_question_is_a_usage_error_that_says_what_to_do(service, capsys, words, told):
    assert main(words.split()) == 2
    assert service.request is None
    said = capsys.readouterr().err
    assert told in said
    assert "What to do:" in said


@pytest.mark.parametrize(
    ("options", "code"),
    [([], 1), (["--fail-on", "medium"], 1), (["--fail-on", "high"], 0), (["--fail-on", "never"], 0)],
)
def test_a_finding_as_severe_as_fail_on_exits_1(service, options, code):
    service.answer = HIT
    assert main(["check", "logs", "--against", "a", *options]) == code


@pytest.mark.parametrize(("name", "asked"), [("json", True), ("jsonl", False), ("table", False)])
def test_only_json_lists_every_answer(service, name, asked):
    main(["check", "logs", "--against", "a", "--format", name])
    assert service.request.list_answers is asked


def test_fail_on_is_a_setting_that_the_option_outranks(service, monkeypatch):
    service.answer = HIT
    monkeypatch.setenv("TOCSIN_FAIL_ON", "critical")
    assert main(["check", "logs", "--against", "a"]) == 0
    assert main(["check", "logs", "--against", "a", "--fail-on", "low"]) == 1


def test_what_could_not_be_checked_exits_7_unless_allowed(service):
    service.answer = result(msgspec.structs.replace(NOT_SEEN, not_seen=0, cannot_tell=1))
    assert main(["check", "logs", "--against", "a"]) == 7
    assert main(["check", "logs", "--against", "a", "--allow-unchecked"]) == 0


def test_stdout_is_the_result_alone(service, capfd):
    service.answer = HIT
    main(["check", "logs", "--against", "a", "--format", "json"])
    said = capfd.readouterr()
    assert json.loads(said.out)["findings"][0]["id"] == FINDING.id
    assert "1 hit" in said.err


def test_quiet_says_nothing_beside_the_result(service, capfd):
    service.answer = HIT
    main(["check", "logs", "--against", "a", "--format", "jsonl", "--quiet"])
    said = capfd.readouterr()
    assert json.loads(said.out)["where"] == "mail"
    assert said.err == ""


def test_the_result_and_the_report_are_written_to_files(service, tmp_path, capfd):
    service.answer = HIT
    words = "check logs --against a --format jsonl --output found.jsonl --report report.html"
    assert main(words.split()) == 1
    said = capfd.readouterr()
    assert said.out == ""
    assert "Written: found.jsonl" in said.err
    assert "Written: report.html" in said.err
    assert json.loads((tmp_path / "found.jsonl").read_text())["id"] == FINDING.id
    assert "A bad address" in (tmp_path / "report.html").read_text()


def test_the_table_is_coloured_only_when_asked(service, capfd):
    service.answer = HIT
    main(["check", "logs", "--against", "a"])
    assert "\x1b" not in capfd.readouterr().out
    main(["check", "logs", "--against", "a", "--color", "always"])
    assert "\x1b[" in capfd.readouterr().out
