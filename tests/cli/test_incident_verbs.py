"""tocsin incident: what each verb prints, keeps and exits with."""

from __future__ import annotations

import gzip
import io
import json
import re
from importlib import resources

import pytest
import pytest_socket

from incidents.rules.making import OWN
from tocsin.cli.main import main

NOW_US = 1_795_780_000_000_000  # 2026-11-27
EXAMPLES = str(resources.files("tocsin") / "data" / "examples" / "incidents")


@pytest.fixture
def run(capsys, monkeypatch, tmp_path):
    """Runs a verb: exit code, stdout, stderr; the clock goes on by a second each time."""
    monkeypatch.setenv("TOCSIN_DATA", str(tmp_path / "node"))
    monkeypatch.chdir(tmp_path)
    clock = iter(range(NOW_US, NOW_US + 10**12, 1_000_000))
    monkeypatch.setattr("tocsin.cli.node.now_us", lambda: next(clock))
    pytest_socket.enable_socket()
    pytest_socket.disable_socket(allow_unix_socket=True)

    def verb(*arguments):
        code = main(list(arguments))
        told = capsys.readouterr()
        return code, told.out, told.err

    assert verb("init", "--name", "Town Water", "--sector", "water")[0] == 0
    return verb


def noted(run, *arguments):
    code, out, err = run("incident", "new", "Billing is encrypted", *arguments, "--format", "json")
    assert (code, err) == (0, "")
    return json.loads(out)["incident"]


def shown(run, which):
    return json.loads(run("incident", "show", which, "--format", "json")[1])


def test_an_incident_needs_a_name_alone_and_is_the_organisations_own(run):
    id = noted(run, "--kind", "ransomware")
    held = shown(run, id)
    assert (held["name"], held["kinds"]) == ("Billing is encrypted", ["ransomware"])
    assert held["victim"] == {"name": "Town Water", "sectors": ["water-and-wastewater"]}


def test_what_comes_next_is_said(run):
    code, out, _ = run("incident", "new", "Billing is encrypted")
    first, second, third = out.splitlines()
    short = first.removesuffix(".").rpartition(" ")[2]
    assert (code, len(short)) == (0, 8)
    assert second.endswith(f"tocsin incident edit {short}")
    assert third.endswith("tocsin incident due")


def test_a_field_is_set_by_its_name_and_what_was_before_stays(run):
    id = noted(run)
    assert (
        run("incident", "edit", id[10:18], "--set", "moments.detected=2026-11-26 05:00 America/New_York")[0]
        == 0
    )
    assert (
        run("incident", "edit", "Billing is encrypted", "--set", "criticality=70", "--set", "tlp=amber")[0]
        == 0
    )
    held = shown(run, id)
    assert (held["moments"]["detected"]["zone"], held["criticality"], held["tlp"]) == (
        "America/New_York",
        70,
        "amber",
    )


def test_the_form_that_is_shown_is_what_edit_reads(run, tmp_path):
    id = noted(run)
    text = run("incident", "show", id)[1]
    (tmp_path / "form.toml").write_text(text.replace('summary = ""', 'summary = "Bills cannot be sent."'))
    assert run("incident", "edit", id, "--from", "form.toml")[0] == 0
    assert shown(run, id)["summary"] == "Bills cannot be sent."


def test_an_edit_that_changes_nothing_keeps_no_new_version(run, tmp_path):
    id = noted(run)
    before = shown(run, id)["changed_us"]
    (tmp_path / "form.toml").write_text(run("incident", "show", id)[1])
    run("incident", "edit", id, "--from", "form.toml")
    assert shown(run, id)["changed_us"] == before


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["edit", "nothing", "--set", "tlp=red"], 6, "no incident here is called nothing"),
        (["edit", "Billing is encrypted"], 2, "there is no terminal to edit in"),
        (["edit", "Billing is encrypted", "--set", "tlp"], 2, "names no value"),
        (["edit", "Billing is encrypted", "--set", "moments.detected=yesterday"], 3, "$.moments.detected"),
        (["edit", "Billing is encrypted", "--set", "moments.begun=2026"], 3, "unknown field `begun`"),
        (["edit", "Billing is encrypted", "--from", "nowhere.toml"], 4, "cannot be read"),
        (["new", "x", "--from", "latin.toml"], 3, "the form is no UTF-8 (byte 8)"),
        (["import", "empty.json"], 6, "there is no incident in empty.json"),
    ],
)
def test_what_cannot_be_done_is_told(run, tmp_path, arguments, code, told):
    noted(run)
    (tmp_path / "latin.toml").write_bytes(b"name = '\xe9'")
    (tmp_path / "empty.json").write_text('{"type": "bundle", "id": "bundle--1", "objects": []}')
    got, _, err = run("incident", *arguments)
    assert (got, told in err) == (code, True), err


def test_two_of_one_name_are_told_apart_by_their_ids(run):
    noted(run)
    noted(run)
    code, _, err = run("incident", "show", "Billing is encrypted")
    assert code == 3
    assert "2 incidents are called Billing is encrypted" in err


def test_the_examples_come_in_once_however_often_they_are_imported(run):
    for _ in range(2):
        code, out, _ = run("incident", "import", EXAMPLES, "--format", "json")
        assert code == 0
        assert [one["name"] for one in json.loads(out)["imported"]] == [
            "Colonial Pipeline 2021",
            "Exchange 2021",
            "JBS 2021",
            "SolarWinds 2020",
        ]
    listed = json.loads(run("incident", "list", "--format", "json")[1])["incidents"]
    assert [one["steps"] for one in sorted(listed, key=lambda one: one["name"])] == [4, 7, 3, 9]


def test_a_file_that_cannot_be_read_is_told_and_the_others_come_in(run, tmp_path):
    folder = tmp_path / "mixed"
    folder.mkdir()
    (folder / "a.toml").write_text("name = 'Strange logins'")
    (folder / "b.toml").write_text("name = 'x'\n[moments]\nbegan = 'soon'")
    code, out, _ = run("incident", "import", str(folder))
    assert code == 0
    assert "Strange logins: kept as" in out
    assert "b.toml $.moments.began: 'soon' is no time" in out


def test_an_incident_goes_out_as_stix_and_comes_in_elsewhere_as_it_was(run, tmp_path, monkeypatch):
    run("incident", "import", EXAMPLES)
    before = shown(run, "JBS 2021")
    assert run("incident", "export", "JBS 2021", "--output", "jbs.json")[0] == 0
    monkeypatch.setenv("TOCSIN_DATA", str(tmp_path / "other"))
    run("init", "--name", "ISAC", "--sector", "water")
    assert run("incident", "import", "jbs.json")[0] == 0
    after = shown(run, "JBS 2021")
    assert {**after, "changed_us": 0} == {**before, "changed_us": 0}


@pytest.mark.parametrize("form", ["afb", "flow"])
def test_steps_go_out_alone_and_come_in_as_an_incident_of_their_own(run, form):
    run("incident", "import", EXAMPLES)
    run("incident", "export", "JBS 2021", "--format", form, "--output", "jbs.json")
    code, out, _ = run("incident", "import", "jbs.json", "--format", "json")
    assert code == 0
    made = json.loads(out)["imported"][0]["incident"]
    assert [step["technique"] for step in shown(run, made)["flow"]["nodes"]] == ["T1078", "T1567", "T1486"]


VERIS = {
    "schema_version": "1.4.0",
    "incident_id": "made-up",
    "security_incident": "Confirmed",
    "action": {"malware": {"variety": ["Ransomware"], "vector": ["Unknown"]}},
    "victim": {"victim_id": "Pipe Ltd", "country": ["US"], "industry": "486910"},
    "timeline": {"incident": {"year": 2021, "month": 2, "day": 30}},
}


def test_a_record_of_veris_comes_in_and_what_is_wrong_in_it_is_told(run, tmp_path):
    (tmp_path / "record.json").write_text(json.dumps(VERIS))
    code, out, _ = run("incident", "import", "record.json")
    kept, wrong = out.splitlines()
    assert (code, kept.partition(" as ")[0]) == (0, "Pipe Ltd, 2021: ransomware: kept")
    assert wrong.endswith("record.json $.timeline.incident.day: there is no day 30 in 2021-02")
    held = shown(run, "Pipe Ltd, 2021: ransomware")
    assert held["victim"] == {"name": "Pipe Ltd", "sectors": ["energy"], "naics": "486910", "country": "US"}
    assert held["rest"]["veris"] == VERIS
    assert held["created_us"] >= NOW_US


def test_a_record_that_says_nothing_new_keeps_no_new_version(run, tmp_path):
    (tmp_path / "record.json").write_text(json.dumps(VERIS))
    run("incident", "import", "record.json")
    before = shown(run, "Pipe Ltd, 2021: ransomware")
    assert run("incident", "import", "record.json")[0] == 0
    assert shown(run, "Pipe Ltd, 2021: ransomware") == before
    (tmp_path / "record.json").write_text(json.dumps({**VERIS, "summary": "More is known."}))
    run("incident", "import", "record.json")
    after = shown(run, "Pipe Ltd, 2021: ransomware")
    assert after["summary"] == "More is known."
    assert after["changed_us"] > before["changed_us"]
    assert after["created_us"] == before["created_us"]


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gz"])
@pytest.mark.parametrize("form", ["form", "veris", "stix"])
def test_what_comes_from_stdin_is_known_by_what_it_holds(run, monkeypatch, form, packed):
    id = noted(run)
    data = json.dumps(VERIS) if form == "veris" else run("incident", "export", id, "--format", form)[1]
    raw = gzip.compress(data.encode()) if packed else data.encode()
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(raw)))
    code, out, _ = run("incident", "import", "-", "--format", "json")
    (made,) = json.loads(out)["imported"]
    places = [one["place"] for one in json.loads(out)["not_read"]]
    assert (code, places) == (0, ["$.timeline.incident.day"] if form == "veris" else [])
    assert made["name"] == ("Pipe Ltd, 2021: ransomware" if form == "veris" else "Billing is encrypted")


def test_a_form_that_is_packed_is_a_form(run, tmp_path):
    data = run("incident", "export", noted(run), "--format", "form")[1]
    (tmp_path / "form.toml.gz").write_bytes(gzip.compress(data.replace("name = ", "nam = ").encode()))
    code, _, err = run("incident", "import", "form.toml.gz")
    assert (code, "nam" in err) == (6, True)


def test_the_history_says_what_was_noted_by_whom_and_when(run, monkeypatch):
    monkeypatch.setattr("tocsin.cli.incident.acting", lambda: "ann")
    id = noted(run)
    monkeypatch.setattr("tocsin.cli.incident.acting", lambda: "bob")
    run("incident", "edit", id, "--set", "summary=The server stands still", "--set", "victim.country=US")
    run("incident", "edit", id, "--set", "summary=The server stands still")
    code, out, _ = run("incident", "history", "Billing is encrypted")
    assert (code, [line.split() for line in out.splitlines()]) == (
        0,
        [
            ["VERSION", "NOTED", "BY", "CHANGED"],
            ["1", "2026-11-27", "11:46Z", "ann", "-"],
            ["2", "2026-11-27", "11:46Z", "bob", "summary,", "victim"],
        ],
    )
    told = json.loads(run("incident", "history", id, "--format", "json")[1])
    assert (told["incident"], told["name"]) == (id, "Billing is encrypted")
    assert [(one["version"], one["by"], one["changed"]) for one in told["versions"]] == [
        (1, "ann", []),
        (2, "bob", ["summary", "victim"]),
    ]
    assert NOW_US < told["versions"][0]["at_us"] < told["versions"][1]["at_us"]


def test_an_older_version_is_shown_as_it_was(run):
    id = noted(run)
    before = run("incident", "show", id)[1]
    run("incident", "edit", id, "--set", "summary=The server stands still")
    assert run("incident", "show", id, "--version", "1")[1] == before
    assert run("incident", "show", id, "--version", "2")[1] == run("incident", "show", id)[1] != before
    assert "summary" not in json.loads(run("incident", "show", id, "--version", "1", "--format", "json")[1])


@pytest.mark.parametrize("number", ["0", "-1", "3"])
def test_a_version_that_is_not_there_is_told(run, number):
    id = noted(run)
    run("incident", "edit", id, "--set", "summary=The server stands still")
    code, _, err = run("incident", "show", id, "--version", number)
    assert (code, f"there is no version {number} of Billing is encrypted: it has 2" in err) == (6, True)


def test_two_files_of_one_incident_are_two_versions_of_it(run, tmp_path):
    for name, summary in (("a.json", "First."), ("b.json", "Second."), ("c.json", "Second.")):
        (tmp_path / name).write_text(json.dumps({**VERIS, "summary": summary}))
    assert run("incident", "import", "a.json", "b.json", "c.json")[0] == 0
    told = json.loads(run("incident", "history", "Pipe Ltd, 2021: ransomware", "--format", "json")[1])
    assert [one["changed"] for one in told["versions"]] == [[], ["summary", "rest"]]
    assert shown(run, "Pipe Ltd, 2021: ransomware")["summary"] == "Second."


def test_without_incidents_the_list_says_how_to_note_one(run):
    assert "Note one: tocsin incident new" in run("incident", "list")[1]


def answered(run, tmp_path, **answers):
    """Answers questions about the organisation, all others with no."""
    text = run("incident", "profile")[1].replace('"unknown"', '"no"')
    for fact, answer in answers.items():
        text = text.replace(f'{fact} = "no"', f'{fact} = "{answer}"')
    (tmp_path / "us.toml").write_text(text)
    assert run("incident", "profile", "--from", "us.toml")[0] == 0


def owed(run, *arguments):
    code, out, _ = run("incident", "due", *arguments, "--format", "json")
    return code, {one["rule"]["id"]: one for one in json.loads(out)["duties"]}


def test_whoever_says_nothing_of_itself_is_told_what_to_answer_and_nothing_is_taken_for_no(run):
    noted(run)
    code, out, _ = run("incident", "due")
    assert code == 7
    assert "tocsin incident profile > us.toml" in out
    assert "unknown" in {one["state"] for one in owed(run)[1].values()}


def test_whom_no_rule_is_for_owes_nothing(run, tmp_path):
    noted(run)
    answered(run, tmp_path)
    code, duties = owed(run)
    assert code == 0
    assert {one["state"] for one in duties.values() if one["rule"]["status"] == "in-force"} == {
        "not-applicable"
    }


def test_a_deadline_runs_from_its_own_moment_and_ends_when_it_was_told(run, tmp_path):
    id = noted(
        run, "--set", "moments.determined=2026-11-24 10:00 America/New_York", "--set", 'kinds=["ransomware"]'
    )
    answered(run, tmp_path, bank_occ="yes")
    code, duties = owed(run, id)
    assert (code, duties["bank-occ"]["state"]) == (1, "overdue")
    assert duties["bank-occ"]["due"].startswith("2026-11-26T03:00:00")
    run(
        "incident",
        "told",
        id,
        "--whom",
        "OCC",
        "--rule",
        "bank-occ",
        "--at",
        "2026-11-25 08:00 America/New_York",
    )
    code, duties = owed(run, id)
    assert (code, duties["bank-occ"]["state"]) == (0, "told")


def test_a_closed_incident_is_owed_nothing_unless_it_is_named(run):
    id = noted(run, "--set", "investigation=closed")
    assert owed(run) == (0, {})
    assert owed(run, id)[1]


@pytest.mark.parametrize(
    ("rule", "form", "begins"),
    [("circia-incident", "md", "# "), ("bank-occ", "html", "<!doctype html>"), ("sec-8k", "json", "{")],
)
def test_a_report_needs_no_retyping_and_says_what_is_missing(run, rule, form, begins):
    run("incident", "import", EXAMPLES, "--own")
    known = {
        one["rule"]["id"]
        for one in json.loads(run("incident", "due", "JBS 2021", "--format", "json")[1])["duties"]
    }
    chosen = rule if rule in known else next(id for id in sorted(known) if id.startswith(rule[:3]))
    code, out, _ = run("incident", "report", "JBS 2021", "--rule", chosen, "--format", form)
    assert code in {0, 7}
    assert out.lower().startswith(begins)
    assert "JBS USA" in out


def test_a_rule_that_is_none_is_told_with_those_that_are(run):
    noted(run)
    code, _, err = run("incident", "report", "Billing is encrypted", "--rule", "gdpr")
    assert code == 3
    assert "there is no rule 'gdpr'" in err
    assert "circia-incident" in err


def test_an_id_names_its_incident_whatever_another_is_called(run):
    id = noted(run)
    assert run("incident", "new", id)[0] == 0
    assert shown(run, id)["name"] == "Billing is encrypted"


# -- supplements --------------------------------------------------------------------------------------------


def piped(run, tmp_path, *arguments):
    """An incident of a pipeline that was told to TSA's recipient and to the SEC."""
    id = noted(
        run,
        "--set",
        "moments.detected=2026-11-27 01:00Z",
        "--set",
        "moments.material=2026-11-27 02:00Z",
        *arguments,
    )
    answered(run, tmp_path, tsa_pipeline="yes", sec_8k="yes")
    for whom, rule in (("CISA", "tsa-pipeline"), ("SEC", "sec-8k")):
        assert run("incident", "told", id, "--whom", whom, "--rule", rule)[0] == 0
    return id


def test_what_becomes_known_after_the_report_starts_the_supplements_and_says_by_when(run, tmp_path):
    id = piped(run, tmp_path)
    assert {owed(run)[1][one]["state"] for one in ("tsa-pipeline-more", "sec-8k-amendment")} == {"waiting"}
    code, out, _ = run("incident", "learned", "Billing is encrypted", "Bank data were copied")
    assert code == 0
    assert re.search(r"^tsa-pipeline-more: due in 23 h 59 min \(Sat 28 November 2026", out, re.MULTILINE)
    assert re.search(
        r"^sec-8k-amendment: due in 6 days .* \(Thu 3 December 2026 17:30 EST", out, re.MULTILINE
    )
    duties = owed(run, id)[1]
    assert duties["tsa-pipeline-more"]["learned"][0]["what"] == "Bank data were copied"
    assert (duties["tsa-pipeline"]["state"], duties["tsa-pipeline-more"]["state"]) == ("told", "running")
    assert run("incident", "told", id, "--whom", "CISA", "--rule", "tsa-pipeline-more")[0] == 0
    assert owed(run, id)[1]["tsa-pipeline-more"]["state"] == "told"


def test_a_supplement_says_what_changed_since_the_report_before_it(run, tmp_path):
    id = piped(run, tmp_path, "--set", "summary=Billing is down.")
    run("incident", "edit", id, "--set", "summary=Billing is down. Bank data were copied.")
    run("incident", "learned", id, "Bank data were copied", "--rule", "tsa")
    code, out, _ = run("incident", "report", id, "--rule", "tsa-pipeline-more")
    assert code == 7
    news = out.partition("## What is new")[2].partition("## Who reports")[0]
    assert "Bank data were copied\n" in news
    assert "Billing is down. Bank data were copied.\n\nIt was:\n\n- Billing is down.\n" in news
    assert owed(run, id)[1]["sec-8k-amendment"]["state"] == "waiting"
    run("incident", "told", id, "--whom", "CISA", "--rule", "tsa-pipeline-more")
    again = run("incident", "report", id, "--rule", "tsa-pipeline-more")[1]
    assert "Billing is down. Bank" not in again.partition("## What is new")[2].partition("## Who reports")[0]


def test_what_was_noted_only_after_it_was_told_is_not_called_new_and_that_is_said(run, tmp_path):
    id = noted(run, "--set", "summary=Billing is down.")
    run("incident", "told", id, "--whom", "CISA", "--rule", "tsa-pipeline", "--at", "2026-11-27 01:00Z")
    run("incident", "edit", id, "--set", "summary=Dispatch is down.")
    held = json.loads(run("incident", "report", id, "--rule", "tsa-pipeline", "--format", "json")[1])
    asked = {one["id"]: one for part in held["sections"] for one in part["questions"]}
    assert asked["description"]["before"] == ["Billing is down."]
    assert any("What was known when it was told is not noted" in note for note in held["notes"])


def test_before_any_report_what_becomes_known_owes_no_supplement(run, tmp_path):
    id = noted(run)
    code, out, _ = run("incident", "learned", id, "They came in by the VPN")
    assert (code, "no supplement is owed for it" in out) == (0, True)
    assert shown(run, id)["learned"][0]["what"] == "They came in by the VPN"


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["--at", "soon"], 3, "'soon' is no time"),
        (["--rule", "gdpr"], 3, "there is no reporting rule 'gdpr'"),
    ],
)
def test_what_became_known_at_no_time_or_for_no_rule_is_refused(run, arguments, code, told):
    id = noted(run)
    got, _, err = run("incident", "learned", id, "x", *arguments)
    assert (got, told in err) == (code, True)
    assert "learned" not in shown(run, id)


# -- rules that concern few -----------------------------------------------------------------------------------


def test_offered_rules_are_looked_at_once_they_are_taken_on_and_no_more_once_left(run, tmp_path):
    id = noted(run, "--set", "moments.detected=2026-11-27 01:00Z")
    assert "hipaa-secretary" not in owed(run)[1]
    assert "files of rules that concern few" in run("incident", "due")[1]
    assert "hipaa: offered, 1 rule" in run("incident", "rules")[1]
    code, out, _ = run("incident", "rules", "--take", "hipaa")
    assert (code, "60 calendar days" in out) == (0, True)
    assert "hipaa_covered_entity" in run("incident", "profile")[1]
    answered(run, tmp_path, hipaa_covered_entity="yes")
    run("incident", "edit", id, "--set", "answers.unsecured=yes", "--set", "answers.five-hundred=yes")
    assert owed(run)[1]["hipaa-secretary"]["due"] == "2027-01-26T23:59:59.999999Z"
    assert run("incident", "told", id, "--whom", "HHS", "--rule", "hipaa")[0] == 0
    assert run("incident", "rules", "--leave", "hipaa")[0] == 0
    assert "hipaa-secretary" not in owed(run)[1]
    assert "hipaa_covered_entity" not in run("incident", "profile")[1]
    answered(run, tmp_path)
    run("incident", "rules", "--take", "hipaa")
    assert 'hipaa_covered_entity = "yes"' in run("incident", "profile")[1]  # what was answered stays


def test_the_rules_of_an_owner_are_kept_and_told_by(run, tmp_path):
    id = noted(run, "--set", "moments.detected=2026-11-27 01:00Z")
    (tmp_path / "insurer.toml").write_text(OWN)
    assert run("incident", "rules", "--add", "insurer.toml")[0] == 0
    answered(run, tmp_path, ours="yes")
    assert owed(run)[1]["own"]["due"] == "2026-11-27T06:00:00.000000Z"
    assert run("incident", "report", id, "--rule", "own")[0] == 0
    assert run("incident", "told", id, "--whom", "insurer", "--rule", "own")[0] == 0
    assert owed(run)[1]["own"]["state"] == "told"
    assert "insurer.toml: your own, 1 rule" in run("incident", "rules")[1]
    (tmp_path / "insurer.toml").write_text(OWN.replace("hours = 5", "hours = 9"))
    assert run("incident", "rules", "--add", "insurer.toml")[0] == 0
    assert "own" in owed(run)[1]
    assert run("incident", "rules", "--leave", "insurer.toml")[0] == 0
    assert "own" not in owed(run)[1]


def test_a_copy_of_the_directive_that_says_72_hours_is_taken_on_by_one_verb(run, tmp_path):
    noted(run, "--set", "moments.detected=2026-11-26 12:00Z")
    answered(run, tmp_path, tsa_pipeline="yes")
    assert owed(run)[1]["tsa-pipeline"]["due"] == "2026-11-27T12:00:00.000000Z"
    run("incident", "rules", "--take", "tsa-72")
    assert owed(run)[1]["tsa-pipeline"]["due"] == "2026-11-29T12:00:00.000000Z"
    assert "tsa-pipeline-more" in owed(run)[1]


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["--take", "gdpr"], 3, "Offered are cra, dfars, doe-417, hipaa, new-jersey, tsa-72."),
        (["--leave", "hipaa"], 3, "no rules 'hipaa' were taken on"),
        (["--take", "cra", "--leave", "cra"], 2, "at a time"),
        (["--add", "broken.toml"], 3, "broken.toml"),
        (["--add", "twice.toml"], 3, "says the id 'sec-8k' again"),
    ],
)
def test_rules_that_cannot_be_taken_on_change_nothing(run, tmp_path, arguments, code, told):
    (tmp_path / "broken.toml").write_text("family = ")
    (tmp_path / "twice.toml").write_text(OWN.replace('id = "own"', 'id = "sec-8k"'))
    before = run("incident", "rules")[1]
    got, _, err = run("incident", "rules", *arguments)
    assert (got, told in err) == (code, True), err
    assert run("incident", "rules")[1] == before


def test_rules_are_listed_as_data(run):
    held = json.loads(run("incident", "rules", "--format", "json")[1])["files"]
    states = {one["name"]: one["state"] for one in held}
    assert (states["sec"], states["cra"]) == ("ships", "offered")
    assert "sec-8k-amendment" in next(one["rules"] for one in held if one["name"] == "sec")


class TestOthers:
    """What was imported of others counts for causes and plans, and nothing of it is due."""

    @pytest.fixture
    def both(self, run):
        noted(run)
        assert run("incident", "import", EXAMPLES)[0] == 0
        return run

    def test_they_stand_apart_in_the_list_with_whose_they_are(self, both):
        out = both("incident", "list")[1]
        own, others = out.split("Of others; nothing of these is due from you:")
        assert "Billing is encrypted" in own
        assert "JBS 2021" not in own
        assert "Colonial Pipeline Company" in others
        listed = json.loads(both("incident", "list", "--format", "json")[1])["incidents"]
        assert (listed[0]["name"], listed[0]["whose"]) == ("Billing is encrypted", "")
        assert all(one["whose"] for one in listed[1:])
        assert len(listed) == 5

    def test_what_is_due_speaks_of_own_ones_alone(self, both):
        assert both("incident", "edit", "JBS 2021", "--set", "investigation=open")[0] == 0
        told = json.loads(both("incident", "due", "--format", "json")[1])["duties"]
        assert {one["incident"]["name"] for one in told} == {"Billing is encrypted"}
        assert "1 open incident of others is left out" in both("incident", "due")[1]
        code, _, err = both("incident", "due", "JBS 2021")
        assert (code, "JBS 2021 is not yours" in err) == (6, True)

    def test_of_mine_they_are_none_and_they_count_else(self, both):
        assert json.loads(both("causes", "--format", "json")[1])["incidents"] == 5
        assert json.loads(both("causes", "--mine", "--format", "json")[1])["incidents"] == 1

    def test_a_person_says_that_it_is_theirs_after_all_and_an_import_again_leaves_that(self, both):
        assert both("incident", "edit", "JBS 2021", "--set", "whose=")[0] == 0
        assert both("incident", "due", "JBS 2021")[0] in {1, 7}
        both("incident", "import", EXAMPLES)
        assert "whose" not in shown(both, "JBS 2021")
        assert shown(both, "Exchange 2021")["whose"]
        out = both("incident", "import", EXAMPLES, "--own")[1]
        assert "others" not in out
        assert "whose" not in shown(both, "Exchange 2021")

    def test_whom_it_happened_to_is_told_at_the_import_and_the_own_name_makes_it_own(self, run, tmp_path):
        (tmp_path / "ours.toml").write_text("name = 'Ours'\n[victim]\nname = 'TOWN  water'\n")
        (tmp_path / "longer.toml").write_text("name = 'Longer'\n[victim]\nname = 'Town Water, Inc.'\n")
        (tmp_path / "bare.toml").write_text("name = 'Bare'")
        (tmp_path / "theirs.toml").write_text("name = 'Theirs'\n[victim]\nname = 'Mill'\n")
        told = {
            name: json.loads(run("incident", "import", f"{name}.toml", "--format", "json")[1])["imported"][0][
                "whose"
            ]
            for name in ("ours", "longer", "bare", "theirs")
        }
        assert told == {"ours": "", "longer": "", "bare": "", "theirs": "Mill"}
        assert "as one of others (Mill)." in run("incident", "import", "theirs.toml")[1]

    def test_a_drawn_flow_and_a_campaign_are_others(self, both, tmp_path):
        both("incident", "export", "JBS 2021", "--format", "afb", "--output", "steps.afb")
        told = json.loads(both("incident", "import", "steps.afb", "--format", "json")[1])["imported"]
        assert [one["whose"] for one in told] == ["steps.afb"]
        assert shown(both, told[0]["incident"])["victim"] == {}
        campaign = {"type": "campaign", "id": "campaign--1", "name": "Someone's campaign"}
        (tmp_path / "book.json").write_text(
            json.dumps({"type": "bundle", "id": "bundle--1", "objects": [campaign]})
        )
        told = json.loads(both("incident", "import", "book.json", "--format", "json")[1])["imported"]
        assert [one["whose"] for one in told] == ["book.json"]

    def test_one_that_was_imported_before_anybody_asked_whose_it_is_is_known_by_being_a_campaign(self, run):
        noted(run, "--kind", "campaign")
        out = run("incident", "list")[1]
        assert "None of yours" in out
        assert "a campaign that somebody described" in out
        assert run("incident", "due", "Billing is encrypted")[0] == 6
