"""``tocsin explain``: the findings that a check wrote."""

from __future__ import annotations

import io
import sys

import msgspec
import pytest
from hypothesis import given, strategies as st

from tocsin.cli.main import main
from tocsin.detect.result import CheckResult, Example, Finding, Totals, Why
from tocsin.errors import BadInput
from tocsin.service.detect.explain import read_findings


def finding(number: int) -> Finding:
    return Finding(
        id=f"finding--{number:08d}-0000-5000-8000-000000000000",
        warning="indicator--1",
        kind="ipv4-addr",
        title=f"Bad address {number}",
        where="mail",
        actor="",
        first_seen="2021-03-02T08:15:00.000Z",
        last_seen="2021-03-02T08:15:00.000Z",
        count=1,
        severity="medium",
        confidence=80,
        tlp="green",
        pattern="[ipv4-addr:value = '198.51.100.7']",
        examples=(Example(file="a.log", row=17),),
        notes=(),
        why=Why(
            kind="warning",
            text="Bad address",
            holds=True,
            children=(Why(kind="row", text="", holds=True, file="a.log", row=17),),
        ),
    )


def written(findings, *, pretty=False):
    counts = dict.fromkeys(Totals.__struct_fields__, 0)
    document = CheckResult(
        tocsin="0", checked_at="", since="", until="", took_s=0, totals=Totals(**counts), findings=tuple(findings),
        groups=(), answers=(), evidence=(),
    )  # fmt: skip
    encoded = msgspec.json.encode(document)
    return msgspec.json.format(encoded, indent=2) if pretty else encoded


def lines(findings):
    return msgspec.json.Encoder().encode_lines(list(findings))


@pytest.fixture
def explained(tmp_path, capsys):
    def run(data, *words):
        path = tmp_path / "found.jsonl"
        path.write_bytes(data)
        code = main(["explain", str(path), *words])
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "stdin holds no finding.\n"),
        (b"nope", "tocsin: stdin:1: "),
        (lines([finding(1)]), "tocsin: no finding of stdin has an id"),
    ],
)
def test_what_comes_by_stdin_is_told_of_stdin(capsys, monkeypatch, data, told):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
    main(["explain", "-", "ffff"] if b"{" in data else ["explain", "-"])
    said = capsys.readouterr()
    assert (said.out + said.err).startswith(told)


@pytest.mark.parametrize("wrote", [lines, written, lambda found: written(found, pretty=True)])
def test_both_formats_that_check_writes_are_read(explained, wrote):
    code, out, _ = explained(wrote([finding(1), finding(2)]))
    assert code == 0
    assert "Bad address 1" in out
    assert "Bad address 2" in out
    assert "row 17 of a.log" in out


@pytest.mark.parametrize(
    "word", ["finding--00000002-0000-5000-8000-000000000000", "00000002", "finding--00000002"]
)
def test_a_finding_is_named_by_its_id_or_the_start_of_it(explained, word):
    code, out, _ = explained(lines([finding(1), finding(2)]), word)
    assert code == 0
    assert "Bad address 2" in out
    assert "Bad address 1" not in out


def test_a_start_that_several_share_is_a_usage_error_that_names_them(explained):
    code, out, err = explained(lines([finding(1), finding(2)]), "0000")
    assert (code, out) == (2, "")
    assert "finding--00000001-" in err
    assert "finding--00000002-" in err


def test_an_id_that_is_not_there_is_a_usage_error(explained):
    code, out, err = explained(lines([finding(1)]), "f")
    assert (code, out) == (2, "")
    assert "'f'" in err


def test_twenty_are_explained_and_the_rest_counted(explained):
    code, out, _ = explained(lines(map(finding, range(25))))
    assert code == 0
    assert out.count("Bad address ") >= 20
    assert "Bad address 20" not in out
    assert "5 more" in out


@pytest.mark.parametrize("data", [b"", b"\n\n", written([])])
def test_no_finding_is_said(explained, data):
    code, out, _ = explained(data)
    assert code == 0
    assert "no finding" in out


@pytest.mark.parametrize("bad", [b'{"id": 1}', b"{", b"nonsense", b'"\xff"'])
def test_a_line_that_is_no_finding_is_named(explained, bad):
    code, out, err = explained(lines([finding(1)]) + bad + b"\n")
    assert (code, out) == (3, "")
    assert "found.jsonl:2" in err


def test_a_document_of_another_version_is_refused(explained):
    code, _, err = explained(written([]).replace(b"tocsin/check/1", b"tocsin/check/9"))
    assert code == 3
    assert "tocsin/check/9" in err


@given(st.binary(max_size=200))
def test_any_bytes_are_findings_or_bad_input(data):
    try:
        found = read_findings(data, "x")
    except BadInput:
        return
    assert all(isinstance(one, Finding) for one in found)
