"""Our own bill of materials says what runs, and the gate over our own build stops what it should."""

from __future__ import annotations

import json
import sys
from datetime import date
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "scripts"))
import own_bill

from tocsin.inventory.bom.read import read_bom
from tocsin.inventory.gate.elements import elements_of

PASS, FAIL, UNKNOWN = 0, 1, 7


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    pytest.importorskip("hatchling", reason="the build backend is not installed")
    return own_bill.write(tmp_path_factory.mktemp("dist"))


@pytest.fixture
def judged(built, monkeypatch, capfd, tmp_path):
    """Judges the build against our advisories and more; the exit code and the rules that did not pass."""
    monkeypatch.setenv("TOCSIN_DATA", str(tmp_path / "no-node"))

    def judge(*documents, known=own_bill.OURS):
        paths = [tmp_path / f"planted-{number}.json" for number in range(len(documents))]
        for path, document in zip(paths, documents, strict=True):
            path.write_text(json.dumps(document))
        capfd.readouterr()
        code = own_bill.gate(built, [*known, *paths], "--format", "json")
        rules = json.loads(capfd.readouterr().out)["rules"]
        return code, {one["id"]: one["fault"] for one in rules if one["verdict"] != "pass"}

    return judge


def planted(package, *, cve="CVE-1900-0001"):
    affected = {
        "package": {"ecosystem": "PyPI", "name": package, "purl": f"pkg:pypi/{package}"},
        "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}]}],
    }
    return {"id": "PLANTED-1", "modified": "2026-11-20T00:00:00Z", "aliases": [cve], "affected": [affected]}


def exploited(cve="CVE-1900-0001"):
    entry = {"cveID": cve, "vendorProject": "Planted", "product": "Planted", "dateAdded": "2026-11-20"}
    return {
        "title": "Planted",
        "catalogVersion": "1",
        "dateReleased": "2026-11-20T00:00:00Z",
        "count": 1,
        "vulnerabilities": [entry],
    }


def test_what_we_run_on_may_come_in(judged):
    assert judged() == (PASS, {})


def test_a_component_with_a_known_vulnerability_stops_the_build(judged):
    assert judged(planted("jinja2")) == (FAIL, {"affected": "affected"})


def test_a_component_with_an_exploited_vulnerability_stops_the_build(judged):
    assert judged(planted("jinja2"), exploited()) == (FAIL, {"known-exploited": "exploited"})


def test_a_vulnerability_of_what_only_builds_us_is_not_told_of_what_runs(judged):
    assert judged(planted("pathspec")) == (PASS, {})


def test_our_own_word_is_heard_about_the_very_component(judged):
    duckdb = planted("duckdb", cve="CVE-2024-22682")
    assert judged(duckdb) == (PASS, {})
    assert judged(duckdb, known=own_bill.OURS[:2]) == (FAIL, {"affected": "affected"})
    assert judged(planted("jinja2", cve="CVE-2024-22682")) == (FAIL, {"affected": "affected"})


def test_without_advisories_nobody_says_that_it_is_sound(judged):
    code, faults = judged(known=own_bill.OURS[2:])
    assert (code, set(faults)) == (UNKNOWN, {"known-exploited", "affected"})


def test_another_wheel_than_the_one_that_was_built_stops_the_build(judged, built):
    [wheel] = built.parent.glob("*.whl")
    before = wheel.read_bytes()
    wheel.write_bytes(before + b"\0")
    try:
        assert judged() == (FAIL, {"artifact-hash": "wrong-hash"})
    finally:
        wheel.write_bytes(before)


def test_the_bill_lists_all_that_runs_and_nothing_that_only_builds(built):
    bill = read_bom(built.read_bytes(), built.name)
    names = {one.identity.name for one in bill.components}
    assert {"click", "duckdb", "markupsafe", "pycparser", "pyyaml", "tzdata"} <= names
    assert not names & {"hatchling", "editables", "pathspec", "pytest", "tocsin"}
    assert names < {one.name for one in own_bill.pins()}
    assert all(held.have == held.all for held in elements_of(bill).values())
    assert (bill.subject.identity.name, bill.author) == ("Tocsin", "The Tocsin authors")


def test_the_same_checkout_gives_the_same_bill():
    first = own_bill.bill(b"wheel")
    assert own_bill.bill(b"wheel") == first
    assert own_bill.bill(b"other") != first
    assert b"/" + Path.home().name.encode() not in first


def test_each_version_of_a_component_has_the_hashes_of_the_lock():
    held = json.loads(own_bill.bill(b""))["components"]
    told = {one["purl"]: {each["content"] for each in one["hashes"]} for one in held}
    assert {one.purl: set(one.hashes) for one in own_bill.pins() if one.purl in told} == told
    assert len([one for one in told if one.startswith("pkg:pypi/numpy@")]) == 2


def test_the_day_of_the_lock_is_one_and_the_lock_writes_it():
    date.fromisoformat(own_bill.LOCKED_ON.read_text().strip())
    assert "> requirements/locked-on" in (own_bill.ROOT / "Makefile").read_text()


def test_each_check_judges_our_own_build():
    recipe = (own_bill.ROOT / "Makefile").read_text().partition("\ncheck: ")[2].partition("\n\n")[0]
    assert "own_bill.py" in recipe
    assert "make test" in (own_bill.ROOT / ".ci/run").read_text()
    assert "\ntest: check " in (own_bill.ROOT / "Makefile").read_text()


def test_what_is_left_out_of_the_strict_policy_stands_in_the_docs():
    import tomllib

    without = tomllib.loads((own_bill.KEPT / "policy.toml").read_text())["without"]
    assert {one for one in without if not one.startswith("vendor-")} == {"end-of-life"}
    page = (own_bill.ROOT / "docs/reference/own-bill.md").read_text()
    assert "`end-of-life`" in page
    assert "`vendor-*`" in page
