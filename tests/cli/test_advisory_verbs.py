"""advisory list, show, diff, read, comment and remove: what each prints, asks and exits with."""

from __future__ import annotations

import csv
import io
import json

import pytest
import pytest_socket

from tocsin.cli import advisory as verbs
from tocsin.cli.main import main
from tocsin.inventory.advisory import Form
from tocsin.service.inventory.advisory_list import FIELDS, SORTS

NOW_US = 1_795_780_000_000_000  # 2026-11-27


def document(
    version, *, id="ICSA-1", title="Pumps", affected="before 2.0", released="2026-01-01", details="Update."
):
    """A CSAF document of one product in one range of versions."""
    product = {"product_id": "P", "name": f"Pumps P-1 {affected}"}
    branches = [{"category": "vendor", "name": "Pumps", "branches": [{"category": "product_name", "name": "P-1", "branches": [
        {"category": "product_version_range", "name": f"vers:generic/<{affected.rpartition(' ')[2]}", "product": product}]}]}]  # fmt: skip
    return {
        "document": {
            "csaf_version": "2.0", "category": "csaf_security_advisory", "title": title,
            "publisher": {"category": "vendor", "name": "Pumps Inc.", "namespace": "https://pumps.example"},
            "distribution": {"tlp": {"label": "WHITE"}},
            "aggregate_severity": {"text": "Critical"},
            "tracking": {"id": id, "status": "final", "version": version, "initial_release_date": "2026-01-01T00:00:00Z",
                         "current_release_date": f"{released}T00:00:00Z", "revision_history": [{"number": version, "date": f"{released}T00:00:00Z", "summary": f"Release of {version}"}]},
        },
        "product_tree": {"branches": branches},
        "vulnerabilities": [{
            "cve": "CVE-2026-1", "product_status": {"known_affected": ["P"]},
            "remediations": [{"category": "vendor_fix", "details": details, "product_ids": ["P"]}],
            "scores": [{"products": ["P"], "cvss_v3": {"baseScore": 9.8, "vectorString": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}}],
        }],
    }  # fmt: skip


@pytest.fixture
def run(capsys, monkeypatch, tmp_path):
    """Runs a verb: exit code, stdout, stderr; the node holds an inventory of one pump."""
    monkeypatch.setenv("TOCSIN_DATA", str(tmp_path / "node"))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("tocsin.cli.node.now_us", lambda: NOW_US)
    monkeypatch.setattr("getpass.getuser", lambda: "ann")
    pytest_socket.enable_socket()
    pytest_socket.disable_socket(allow_unix_socket=True)

    def verb(*arguments):
        code = main(list(arguments))
        told = capsys.readouterr()
        return code, told.out, told.err

    (tmp_path / "assets.csv").write_text("vendor,product,version\nPumps,P-1,1.0\n")
    assert verb("init", "--name", "Mill", "--sector", "water")[0] == 0
    assert verb("inventory", "add", "assets.csv", "--site", "plant")[0] == 0
    return verb


@pytest.fixture
def sync(run, tmp_path):
    """Reads documents as all that the feed ``csaf`` lists; returns what came of it."""

    def read(*documents):
        folder = tmp_path / "csaf"
        folder.mkdir(exist_ok=True)
        for old in folder.iterdir():
            old.unlink()
        for one in documents:
            name = one["document"]["tracking"]["id"]
            (folder / f"{name}.json").write_text(json.dumps(one))
        code, out, err = run("sync", "csaf", "--mirror", str(folder), "--format", "json")
        assert code == 0, err
        return json.loads(out)["feeds"][0]

    return read


def listed(run, *arguments):
    return [
        one["id"]
        for one in json.loads(run("advisory", "list", *arguments, "--format", "json")[1])["advisories"]
    ]


OTHER = document("1", id="ICSA-2", title="Valves", released="2026-02-01")


def test_the_list_tells_what_is_there_and_what_nobody_read(run, sync):
    assert run("advisory", "list")[1].startswith("There is none yet.")
    sync(document("1"), OTHER)
    assert run("advisory", "list")[1].splitlines() == [
        "   ADVISORY  FORM  CHANGED     CVSS  PUBLISHER   TITLE",
        "*  ICSA-2    csaf  2026-02-01  9.8   Pumps Inc.  Valves",
        "*  ICSA-1    csaf  2026-01-01  9.8   Pumps Inc.  Pumps",
        "2 advisories; 2 unread (*).",
    ]
    assert (
        "1 unknown" in run("advisory", "list", "--affecting")[1]
        or "1 affected" in run("advisory", "list", "--affecting")[1]
    )
    assert run("advisory", "list", "nothing")[1] == "Nothing is like that.\n"


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        (["valves"], ["ICSA-2"]),
        (["p-1", "CVE-2026-1", "--sort", "id"], ["ICSA-1", "ICSA-2"]),
        (["--cve", "cve-2026-1", "--limit", "1"], ["ICSA-2"]),
        (["--where", "namespace=pumps.example", "--where", "status=FINAL", "--where", "version=1", "--sort", "title"], ["ICSA-1", "ICSA-2"]),
        (["--where", "category=vex"], []),
        (["--where", "history=2026-02-01", "--sort", "history"], ["ICSA-2"]),
        (["--where", "publisher-category=vendor", "--where", "form-version=2.0", "--where", "tlp=white", "--where", "title=valv"], ["ICSA-2"]),
        (["--publisher", "pumps inc", "--since", "2026-01-15"], ["ICSA-2"]),
        (["--severity", "critical", "--cvss-min", "9.9"], []),
        (["--product", "pumps p-1", "--form", "csaf", "--feed", "csaf", "--sort", "initial"], ["ICSA-1", "ICSA-2"]),
        (["--form", "osv"], []),
        (["--affecting", "--sort", "cvss"], ["ICSA-1", "ICSA-2"]),
    ],
)  # fmt: skip
def test_the_list_is_searched_filtered_and_sorted(run, sync, asked, found):
    sync(document("1"), OTHER)
    assert listed(run, *asked) == found


def test_the_list_as_csv_cannot_be_run_by_a_spreadsheet(run, sync):
    sync(document("1", title="=HYPERLINK(1)"))
    (row,) = csv.DictReader(io.StringIO(run("advisory", "list", "--format", "csv")[1]))
    assert (row["id"], row["title"], row["vulnerabilities"], row["read"]) == (
        "ICSA-1",
        "'=HYPERLINK(1)",
        "CVE-2026-1",
        "",
    )


@pytest.mark.parametrize(
    "asked", [["--where", "odd=x"], ["--where", "title"], ["--sort", "odd"], ["--form", "odd"], ["--cvss-min", "11"]]
)  # fmt: skip
def test_what_there_is_not_is_no_order_field_or_form(run, asked):
    assert run("advisory", "list", *asked)[0] == 2


def test_a_day_that_is_none_is_told(run):
    code, _, err = run("advisory", "list", "--since", "yesterday")
    assert (code, "is no day" in err) == (3, True)


def test_one_is_shown_with_what_was_noted_and_as_it_was(run, sync):
    sync(document("1"))
    sync(document("2", affected="before 3.0", released="2026-02-01", title="Pumps (Update A)"))
    assert run("advisory", "comment", "icsa-1", "Ask the maker.")[0] == 0
    out = run("advisory", "show", "ICSA-1")[1]
    for text in (
        "ICSA-1: Pumps (Update A)",
        "form:        csaf, csaf_security_advisory, final",
        "kept:        1, 2",
        "read:        not yet",
        "before 3.0",
        "vendor_fix: Update.",
        "ann, 2026-11-27: Ask the maker.",
    ):
        assert text in out, text
    before = run("advisory", "show", "ICSA-1", "--version", "1")[1]
    assert "before 2.0" in before
    assert "before 3.0" not in before
    assert run("advisory", "show", "ICSA-1", "--version", "9")[0] == 3
    assert run("advisory", "show", "ICSA-9")[0] == 6
    (one,) = json.loads(run("advisory", "show", "CVE-2026-1", "--format", "json")[1])["advisories"]
    assert [kept["name"] for kept in one["versions"]] == ["1", "2"]
    assert one["comments"][0]["text"] == "Ask the maker."


def test_two_versions_are_compared_in_words(run, sync):
    sync(document("1"))
    assert run("advisory", "diff", "ICSA-1")[0] == 6
    sync(document("2", affected="before 3.0", released="2026-02-01"))
    sync(document("3", affected="before 3.0", released="2026-03-01", details="Update to 3.0."))
    assert run("advisory", "diff", "ICSA-1")[1].splitlines() == [
        "ICSA-1, version 2 -> 3",
        "  Its publisher says of 3: Release of 3",
        "- CVE-2026-1: remediation: vendor fix: Update. (for Pumps P-1)",
        "+ CVE-2026-1: remediation: vendor fix: Update to 3.0. (for Pumps P-1)",
    ]
    assert (
        "the versions are now before 3.0; before: before 2.0"
        in run("advisory", "diff", "ICSA-1", "1", "2026-02")[1]
    )
    assert run("advisory", "diff", "ICSA-1", "9")[0] == 3
    assert run("advisory", "diff", "ICSA-1", "2", "2")[1].splitlines() == [
        "ICSA-1, version 2 -> 2",
        "They claim the same in the same words.",
    ]
    changes = json.loads(run("advisory", "diff", "ICSA-1", "2", "3", "--format", "json")[1])["changes"]
    assert [(one["what"], one["how"]) for one in changes] == [
        ("remediation", "went"),
        ("remediation", "came"),
    ]


def test_a_minor_version_that_claims_the_same_is_not_told_again_and_stays_read(run, sync):
    assert sync(document("1.0.0"))["new"] == 1
    assert run("advisory", "read", "ICSA-1")[1] == "1 advisory marked as read.\n"
    done = sync(document("1.1.0", title="Pumps, spelled well", released="2026-02-01"))
    assert (done["changed"], done["reworded"], done["concerns"]) == (0, 1, [])
    assert listed(run, "--unread") == []
    assert "title is now" in run("advisory", "diff", "ICSA-1")[1]


@pytest.mark.parametrize(
    "after",
    [
        document("2.0.0", released="2026-02-01"),
        document("1.1.0", affected="before 3.0", released="2026-02-01"),
    ],
    ids=["major", "minor that claims more"],
)
def test_a_major_version_or_another_claim_is_told_and_is_unread_again(run, sync, after):
    sync(document("1.0.0"))
    run("advisory", "read", "--all")
    done = sync(after)
    assert (done["changed"], done["reworded"]) == (1, 0)
    assert [one["vulnerability"] for one in done["concerns"]] == ["CVE-2026-1"]
    assert listed(run, "--unread") == ["ICSA-1"]


def test_reading_names_what_or_all(run, sync):
    sync(document("1"), OTHER)
    assert run("advisory", "read")[0] == 2
    assert run("advisory", "read", "ICSA-1", "--all")[0] == 2
    assert run("advisory", "read", "ICSA-1", "ICSA-9")[0] == 6
    assert listed(run, "--unread") == ["ICSA-2", "ICSA-1"]
    assert run("advisory", "read", "--all")[1] == "2 advisories marked as read.\n"
    assert "read:        by ann, 2026-11-27" in run("advisory", "show", "ICSA-1")[1]


def test_what_is_removed_stays_away_until_its_publisher_changes_it(run, sync):
    sync(document("1"), OTHER)
    run("advisory", "comment", "ICSA-1", "gone soon")
    code, out, _ = run("advisory", "remove", "ICSA-1")
    assert (code, out) == (0, "ICSA-1 of csaf is removed until its publisher changes it.\n")
    assert run("advisory", "remove", "ICSA-1")[0] == 6
    assert sync(document("1"), OTHER)["new"] == 0
    assert listed(run) == ["ICSA-2"]
    assert sync(document("2", released="2026-03-01"), OTHER)["new"] == 1
    assert "gone soon" not in run("advisory", "show", "ICSA-1")[1]


@pytest.mark.parametrize(("text", "code"), [("", 3), ("  ", 3), ("x" * 4_001, 3), ("x" * 4_000, 0)])
def test_a_comment_says_something_and_has_a_bound(run, sync, text, code):
    sync(document("1"))
    assert run("advisory", "comment", "ICSA-1", text)[0] == code


def test_the_words_of_the_verbs_are_those_of_the_service():
    assert set(verbs.FIELDS) == set(FIELDS)
    assert set(verbs.SORTS) == set(SORTS)
    assert set(verbs.FORMS) == {one.value for one in Form}
