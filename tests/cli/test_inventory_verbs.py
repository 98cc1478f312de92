"""inventory, affected and check --inventory: what each prints, asks and exits with."""

from __future__ import annotations

import json

import pytest
import pytest_socket

from tocsin.cli.main import main

NOW_US = 1_795_780_000_000_000  # 2026-11-27

KEV = {
    "title": "KEV",
    "catalogVersion": "1",
    "dateReleased": "2026-11-26T00:00:00Z",
    "count": 1,
    "vulnerabilities": [
        {
            "cveID": "CVE-2021-45046",
            "vendorProject": "Apache",
            "product": "Log4j2",
            "vulnerabilityName": "Log4j",
            "dateAdded": "2023-05-01",
            "shortDescription": "bad",
            "requiredAction": "Apply updates.",
            "dueDate": "2023-05-22",
            "knownRansomwareCampaignUse": "Known",
            "notes": "",
            "cwes": [],
        }
    ],
}
OSV = {
    "id": "PYSEC-1",
    "modified": "2026-11-26T00:00:00Z",
    "summary": "Something bad",
    "aliases": ["CVE-2021-45046"],
    "affected": [
        {
            "package": {"ecosystem": "PyPI", "name": "django"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "3.0"}]}],
        }
    ],
}


def bill(*components):
    return json.dumps({"bomFormat": "CycloneDX", "specVersion": "1.5", "components": list(components)})


def pypi(name, version):
    return {"type": "library", "name": name, "version": version, "purl": f"pkg:pypi/{name}@{version}"}


@pytest.fixture
def run(capsys, monkeypatch, tmp_path):
    """Runs a verb: exit code, stdout, stderr."""
    monkeypatch.setenv("TOCSIN_DATA", str(tmp_path / "node"))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("tocsin.cli.node.now_us", lambda: NOW_US)
    pytest_socket.enable_socket()
    pytest_socket.disable_socket(allow_unix_socket=True)
    (tmp_path / "sbom.json").write_text(bill(pypi("django", "2.2"), pypi("flask", "1.0")))
    (tmp_path / "kev.json").write_text(json.dumps(KEV))
    (tmp_path / "osv.json").write_text(json.dumps(OSV))

    def verb(*arguments):
        code = main(list(arguments))
        told = capsys.readouterr()
        return code, told.out, told.err

    return verb


@pytest.fixture
def node(run):
    assert run("init", "--name", "Mill", "--sector", "water")[0] == 0
    return run


def test_files_are_checked_without_a_node(run):
    code, out, _ = run(
        "check", "sbom.json", "--inventory", "--against", "kev.json", "osv.json", "--format", "json"
    )
    told = json.loads(out)
    assert code == 1
    assert [(one["release"], one["verdict"], one["rule"], one["advisory"]) for one in told["rows"]] == [
        ("django 2.2", "affected", "in-range", "PYSEC-1")
    ]
    assert told["rows"][0]["exploited"]["due"] == "2023-05-22"
    assert told["counts"]["no_data"] == 1, "one advisory about a Python package is no feed of them"


def test_without_advisories_a_file_is_held_to_what_the_node_knows_and_nothing_is_kept(node, tmp_path):
    words = ("check", "sbom.json", "--inventory", "--format", "json")
    code, _, told = node(*words)
    assert (code, "no advisories yet" in told) == (6, True)
    assert node("sync", "osv", "--mirror", "osv.json")[0] == 0
    code, of_file, _ = node(*words)
    assert (code, node("check", "--inventory")[0]) == (1, 6), "no bill is kept"
    assert node("inventory", "add", "sbom.json", "--site", "mill")[0] == 0
    _, of_node, _ = node("check", "--inventory", "--format", "json")
    told, kept = json.loads(of_file), json.loads(of_node)
    assert {**told["rows"][0], "site": "mill"} == kept["rows"][0]
    assert told["counts"] == kept["counts"]


def test_a_file_alone_is_refused_where_there_is_no_node(run):
    code, _, told = run("check", "sbom.json", "--inventory")
    assert (code, "no node that keeps some" in told) == (2, True)


def test_what_a_bill_is_of_is_judged_too_by_files_as_by_a_node(node, tmp_path):
    held = json.loads(bill(pypi("flask", "1.0"))) | {"metadata": {"component": pypi("django", "2.2")}}
    (tmp_path / "sbom.json").write_text(json.dumps(held))

    code, files, _ = node(
        "check", "sbom.json", "--inventory", "--against", "kev.json", "osv.json", "--format", "json"
    )
    assert node("inventory", "add", "sbom.json", "--site", "mill")[0] == 0
    _, kept, _ = node("check", "--inventory", "--against", "kev.json", "osv.json", "--format", "json")

    assert (code, json.loads(files)["counts"]) == (1, json.loads(kept)["counts"])
    [row] = json.loads(files)["rows"]
    assert (row["release"], row["verdict"], row["place"]) == (
        "django 2.2",
        "affected",
        "$.metadata.component",
    )


def test_a_product_that_is_among_its_components_too_is_counted_once(node, tmp_path):
    product = {"SPDXID": "SPDXRef-a", "name": "django", "versionInfo": "2.2"}
    document = {"spdxVersion": "SPDX-2.3", "documentDescribes": ["SPDXRef-a"], "packages": [product]}
    (tmp_path / "sbom.json").write_text(json.dumps(document))

    assert "1 component, 1 product," in node("inventory", "add", "sbom.json", "--site", "mill")[1]


@pytest.mark.parametrize(("word", "code"), [("affected", 1), ("unknown", 1), ("never", 7)])
def test_fail_on_says_what_fails(run, word, code):
    assert (
        run("check", "sbom.json", "--inventory", "--against", "kev.json", "osv.json", "--fail-on", word)[0]
        == code
    )


def test_old_scores_order_and_make_no_answer_doubtful(run, tmp_path):
    day = "#model_version:v1,score_date:2020-01-01T00:00:00+0000\ncve,epss,percentile\nCVE-2021-45046,0.012,0.8\n"
    (tmp_path / "epss.csv").write_text(day)
    words = ("check", "sbom.json", "--inventory", "--against", "osv.json", "kev.json", "--format", "json")
    without = run(*words)
    code, out, _ = run(*words[:-2], "epss.csv", *words[-2:])
    told = json.loads(out)
    assert code == without[0]
    assert [
        (one["name"], one["stale"], one["orders_only"]) for one in told["feeds"] if one["orders_only"]
    ] == [("epss.csv", True, True)]
    assert [one["verdict"] for one in told["rows"]] == [
        one["verdict"] for one in json.loads(without[1])["rows"]
    ]


@pytest.mark.parametrize(("mission", "outcome"), [((), "act"), (("--mission", "low"), "attend")])
def test_the_coordinators_table_is_asked_where_it_is_named(run, mission, outcome):
    words = ("check", "sbom.json", "--inventory", "--against", "osv.json", "kev.json", "--format", "json")
    code, out, _ = run(*words, "--decide", "cisa-coordinator", *mission)
    told = json.loads(out)
    assert (code, told["rows"][0]["outcome"], told["rows"][0]["due"]) == (1, outcome, None)
    assert "coordinator" in told["decided_by"]


def test_what_is_old_is_never_clean(run, tmp_path):
    (tmp_path / "osv.json").write_text(json.dumps({**OSV, "modified": "2020-01-01T00:00:00Z"}))
    (tmp_path / "sbom.json").write_text(bill(pypi("django", "4.0")))
    code, out, _ = run("check", "sbom.json", "--inventory", "--against", "osv.json")
    assert code == 7
    assert "OLD" in out


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["check", "sbom.json", "--inventory"], 2),
        (["check", "--inventory"], 2),
        (["check", "sbom.json", "--inventory", "--against", "osv.json", "--since", "90d"], 2),
        (["check", "sbom.json", "--inventory", "--against", "osv.json", "--format", "stix"], 2),
        (["check", "sbom.json", "--inventory", "--against", "osv.json", "--fail-on", "high"], 2),
        (["check", "sbom.json", "--against", "osv.json", "--format", "vex"], 2),
        (["check", "sbom.json", "--against", "osv.json", "--decide", "cisa-coordinator"], 2),
        (["check", "sbom.json", "--against", "osv.json", "--mission", "low"], 2),
        (["check", "sbom.json", "--inventory", "--against", "osv.json", "--mission", "low"], 2),
        (["check", "osv.json", "--inventory", "--against", "osv.json"], 3),
        (["check", "sbom.json", "--inventory", "--against", "sbom.json"], 6),
        (["check", "not-there.json", "--inventory", "--against", "osv.json"], 4),
        (["affected", "CVE-2021-45046"], 6),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_cannot_be_asked_is_refused_with_its_code(run, words, code):
    assert run(*words)[0] == code


def test_an_inventory_is_kept_shown_and_checked(node):
    code, out, _ = node("inventory", "add", "sbom.json", "--site", "web", "--exposed", "--owner", "ann")
    assert (code, out.splitlines()[0]) == (
        0,
        "sbom.json (cyclonedx 1.5): 2 components, 2 products, kept at web.",
    )
    told = json.loads(node("inventory", "list", "--format", "json")[1])["bills"]
    assert [(one["site"], one["exposed"], one["owner"], one["products"]) for one in told] == [
        ("web", True, "ann", 2)
    ]
    assert [
        one["release"]
        for one in json.loads(node("inventory", "show", "djan", "--format", "json")[1])["products"]
    ] == ["django 2.2"]
    code, out, _ = node("check", "--inventory", "--against", "osv.json")
    assert code == 1
    assert "web, reachable from the internet" in out


def test_one_advisory_tells_which_products_it_concerns(node):
    node("inventory", "add", "sbom.json", "--site", "web")
    code, out, _ = node("affected", "osv.json", "--format", "json")
    (row,) = json.loads(out)["rows"]
    assert code == 1
    assert {"release", "site", "verdict", "rule", "advisory", "due", "data_age_s"} <= row.keys()
    assert (row["release"], row["site"], row["verdict"]) == ("django 2.2", "web", "affected")


def test_an_advisory_that_concerns_nothing_here_exits_zero(node, tmp_path):
    (tmp_path / "sbom.json").write_text(bill(pypi("flask", "1.0")))
    node("inventory", "add", "sbom.json")
    code, out, _ = node("affected", "osv.json", "--format", "json")
    assert (code, json.loads(out)["rows"]) == (0, [])


def test_what_changed_since_a_bill_was_added_before(node, tmp_path):
    node("inventory", "add", "sbom.json")
    assert node("inventory", "diff", "sbom.json")[0] == 6
    (tmp_path / "sbom.json").write_text(bill(pypi("django", "3.0"), pypi("bottle", "1.0")))
    node("inventory", "add", "sbom.json")
    told = json.loads(node("inventory", "diff", "sbom.json", "--format", "json")[1])
    assert told == {"came": ["bottle 1.0"], "went": ["flask 1.0"], "changed": [["django 2.2", "django 3.0"]]}


def test_what_cannot_be_read_is_told_and_the_rest_is_kept(node, tmp_path):
    (tmp_path / "sbom.json").write_text(bill(pypi("django", "2.2"), {"type": "library"}))
    code, out, _ = node("inventory", "add", "sbom.json", "--format", "json")
    told = json.loads(out)
    assert code == 0
    assert [one["components"] for one in told["added"]] == [1]
    assert [one["place"] for one in told["not_read"]] == ["$.components[1]"]


def test_without_advisories_nothing_is_called_clean(node):
    node("inventory", "add", "sbom.json")
    code, _, err = node("check", "--inventory")
    assert code == 6
    assert "tocsin sync" in err
