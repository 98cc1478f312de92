from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser

import msgspec
import pytest
from hypothesis import given, settings, strategies as st

from cli.formats.goldens import hold
from cli.formats.results import (
    HOSTILE,
    empty,
    finding,
    hostile,
    large,
    longest,
    many,
    not_seen,
    nothing_found,
    told,
    unread,
    usual,
)
from tocsin.cli.formats.html import CARDS, GAPS, GLANCE, ROWS, WHY_NODES, render
from tocsin.cli.formats.paper import MISSING
from tocsin.detect.result import Answer, CheckResult, EvidenceFile, Example, Gap, Note, Why
from tocsin.detect.told.meaning import NOTE_ADVICE, NOTE_WORDS

VOID = {"meta", "br", "rect", "line", "col"}
ALLOWED = {"html", "head", "meta", "title", "style", "body", "a", "header", "div", "strong", "span", "h1", "h2", "h3", "p", "ul", "ol", "li", "b", "dl", "dt", "dd", "main", "section", "small", "figure", "svg", "desc", "g", "rect", "line", "article", "code", "details", "summary", "table", "caption", "thead", "tbody", "tr", "th", "td", "footer", "br", "colgroup", "col"}  # fmt: skip
ALLOWED_ATTRIBUTES = {"colspan", "lang", "charset", "http-equiv", "content", "name", "class", "href", "id", "tabindex", "aria-label", "aria-labelledby", "aria-hidden", "role", "viewbox", "preserveaspectratio", "x", "y", "width", "height", "x1", "x2", "y1", "y2", "scope", "data-label"}  # fmt: skip


class Page(HTMLParser):
    """A page taken apart; a tag that is not closed where it should be is an error."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.words: list[str] = []
        self.style = ""
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open[-1:] == ["style"]:
            self.style += data
        else:
            self.words.append(data)

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data!r}")

    @property
    def text(self) -> str:
        return " ".join("".join(self.words).split())


def page_of(result: CheckResult) -> Page:
    return Page("".join(render(result)))


def hold_to_rules(page: Page) -> None:
    """No script, no style but the one, no event, nothing loaded, no link out of the page."""
    assert {tag for tag, _ in page.tags} <= ALLOWED
    assert {name for _, attributes in page.tags for name in attributes} <= ALLOWED_ATTRIBUTES
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    links = [str(attributes["href"]) for _, attributes in page.tags if "href" in attributes]
    assert all(link.startswith("#") and link[1:] in ids for link in links)
    assert all(mark.isprintable() or mark == "\n" for mark in "".join(page.words))


RESULTS = [usual, empty, not_seen, nothing_found, large, longest, hostile]


@pytest.mark.parametrize("result", RESULTS, ids=lambda one: one.__name__)
def test_the_page_is_well_formed_and_loads_nothing(result) -> None:
    hold_to_rules(page_of(result()))


@pytest.mark.parametrize("result", [usual, empty], ids=lambda one: one.__name__)
def test_the_page_is_as_it_was_looked_at(result) -> None:
    drawn = "".join(render(result()))
    # The style sheet has its own file; here it would only repeat it.
    bare = re.sub(r"<style>.*</style>", "<style></style>", drawn, flags=re.DOTALL)
    hold(f"{result.__name__}.html", re.sub(r"sha256-[^']+", "sha256-", bare))


def test_the_policy_allows_the_one_style_sheet_by_its_hash_and_nothing_else() -> None:
    page = page_of(usual())
    assert [tag for tag, _ in page.tags].count("style") == 1
    policy = next(a["content"] for tag, a in page.tags if a.get("http-equiv") == "Content-Security-Policy")
    digest = base64.b64encode(hashlib.sha256(page.style.encode()).digest()).decode()
    assert policy == (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; form-action 'none'"
    )
    assert "url(" not in page.style
    assert "@import" not in page.style


def test_strings_are_text_and_what_is_invisible_is_shown() -> None:
    drawn = "".join(render(hostile()))
    assert "<script" not in drawn.lower()
    assert "<img" not in drawn.lower()
    assert "\u202e" not in drawn
    text = page_of(hostile()).text
    assert "\"><script>alert('x')</script>" in text
    assert "<U+202E>gnp.exe<U+200B><U+001B>[31m {{7*7}}" in text
    assert "&amp;amp; =1+1" in drawn


def test_a_long_value_is_folded_and_whole() -> None:
    value = "A" * 10_240
    example = Example(file="a.log", row=1, values={"process:command_line": value})
    page = page_of(msgspec.structs.replace(usual(), findings=(finding(1, examples=(example,)),)))
    assert "(10,240 characters)" in page.text
    assert value in page.text
    assert "overflow-wrap: anywhere" in page.style


def test_the_verdict_comes_first_and_the_hosts_are_named() -> None:
    text = page_of(usual()).text
    assert "Hit: 4 warnings were seen on 3 hosts." in text
    assert text.index("What to do now") < text.index("Web shell written by the mail server")
    assert "reinstall MAIL-01, 10.20.30.12, WS-12" in text
    assert "www.cisa.gov/report" in text


def test_the_page_bears_the_strictest_label_of_its_findings() -> None:
    assert page_of(usual()).text.count("TLP:AMBER") >= 2
    strict = msgspec.structs.replace(
        usual(), findings=(finding(1, tlp="green"), finding(2, tlp="amber+strict"))
    )
    assert page_of(strict).text.startswith("Hit:")
    assert "UTC TLP:AMBER+STRICT" in page_of(strict).text


def test_what_could_not_be_told_is_never_shown_as_clean() -> None:
    text = page_of(empty()).text
    assert "Do not take this for an all-clear." in text
    assert "Nothing is to be done now." not in text
    assert "Nothing is to be done now." in page_of(not_seen()).text


def test_where_no_file_could_be_read_the_page_says_so_first_and_what_is_read() -> None:
    page = Page("".join(render(unread(("auth.log", "it is syslog"), ("dpkg.log", "not recognised")))))
    words = " ".join(" ".join(page.words).split())
    assert words.index("Nothing was checked: none of the 2 files could be read as a log.") < words.index(
        "cannot tell"
    )
    assert "Bring logs that can be read. Read are: Windows event logs" in words
    assert "None of the warnings that could be checked" not in words
    assert "A part could not be checked" not in words


def test_beyond_the_cards_findings_are_rows_and_beyond_those_counted() -> None:
    tags = [(tag, attributes.get("class") or "") for tag, attributes in page_of(large()).tags]
    assert sum(tag == "article" for tag, _ in tags) == CARDS
    assert "250 further findings" in page_of(large()).text
    assert (
        "300 more findings are not on this page; --format jsonl lists all." in page_of(many(ROWS + 300)).text
    )


def test_gaps_beyond_those_shown_are_counted() -> None:
    page = page_of(large())
    assert (
        "240 warnings. Chief reason: there is no log of SCADA-HMI-02. 59 more are under What is missing."
        in page.text
    )
    assert GAPS >= 60
    assert page_of(longest()).text.count("How to get it:") == 60 + MISSING


def test_what_is_missing_stands_before_what_would_mend_it_and_that_once() -> None:
    text = page_of(large()).text
    screen = text[text.index("What is missing before") : text.index("Appendix: what")]
    assert screen.count("How to get it: Collect this host's Security channel.40") == 1
    head, act = screen.index("Host not covered"), screen.index("Security channel.40")
    assert head < screen.index("there is no log of SCADA-HMI-02 #10") < act
    assert screen.count("Host not covered") == 1
    assert "there is no log of WS-12 with DNS queriesdomain-name:value" in screen


def test_logs_that_hold_some_of_what_is_missing_stand_once_and_say_what_they_are_for() -> None:
    zeek, sysmon = "Zeek network log. Tap the line.", "Windows event log. Switch it on."
    names = Gap(kind="field", what="no names", remedies=(sysmon, zeek), paths=("domain-name:value",))
    hashes = Gap(kind="field", what="no hashes", remedies=(sysmon,), paths=("file:hashes.MD5",))
    answers = (
        Answer(warning="a", answer="cannot_tell", reason="r", gaps=(names, hashes)),
        Answer(warning="b", answer="cannot_tell", reason="r", gaps=(names,)),
    )
    text = page_of(msgspec.structs.replace(empty(), answers=answers, groups=())).text
    screen = text[text.index("What is missing before") : text.index("Appendix: what")]
    assert "Field not in the log no namesdomain-name:value2 no hashesfile:hashes.MD51 How to get" in screen
    assert "How to get it: Windows event log. Switch it on.2" in screen
    assert "Or, for domain names: Zeek network log. Tap the line.2" in screen


def test_which_warnings_were_not_seen_is_told_in_a_list_that_unfolds_without_scripts() -> None:
    page = page_of(msgspec.structs.replace(large(), groups=()))
    told = page.text[page.text.index("Not seen 200 warnings") : page.text.index("Appendix: what")]
    assert "Which warnings? Warning 0 Warning 1" in " ".join(told.split())
    assert told.count("Warning ") == 200
    more = page_of(large()).text
    assert "197 more warnings; --format json lists all." in more
    assert "Not seen 200" not in page_of(many(1)).text
    assert "Which warnings?" not in page_of(many(1)).text


def test_more_than_a_few_findings_stand_in_a_table_that_leads_to_their_cards() -> None:
    few, more = page_of(many(GLANCE)), page_of(many(GLANCE + 1))
    links = [attributes["href"] for tag, attributes in more.tags if tag == "a"]
    assert [link for link in links if link.startswith("#f")] == [
        "#findings",
        *(f"#f{n + 1}" for n in range(GLANCE + 1)),
    ]
    assert "At a glance" not in few.text
    assert "At a glance" in more.text
    assert f"The first {CARDS} at a glance" in page_of(large()).text


def test_a_finding_on_several_hosts_names_each_and_each_host_counts_once() -> None:
    found = tuple(finding(place, where=where) for place, where in enumerate(("B, A", "A", "", "C, B")))
    text = page_of(msgspec.structs.replace(usual(), findings=found)).text
    assert "seen on 3 hosts." in text
    assert "HostsA, B, C, MAIL-01, sensor-1" in text


def test_a_machine_that_a_sensor_saw_is_to_be_found_and_the_sensor_stays() -> None:
    text = page_of(usual()).text
    assert "Find the machine with the address 10.20.30.12." in text
    assert "Leave sensor-1 where it is: it only saw them." in text
    assert text.count("10.20.30.12, seen by sensor-1") == 2
    assert "reinstall sensor-1" not in text
    places = (("10.1.2.3", "critical"), ("fd00::5, A", "high"), ("WS-1", "low"))
    several = tuple(finding(1, where=where, severity=severity) for where, severity in places)
    text = page_of(told(msgspec.structs.replace(usual(), findings=several))).text
    assert "Find the machines with the addresses 10.1.2.3, fd00::5." in text
    assert "it only saw them" not in text


def test_where_every_host_has_a_name_no_machine_is_to_be_found() -> None:
    assert "Find the machine" not in page_of(large()).text


def test_a_finding_on_no_known_machine_says_which_sensor_saw_it() -> None:
    found = (finding(1, where="", seen_by=("tap1", "tap2")),)
    text = page_of(told(msgspec.structs.replace(usual(), findings=found))).text
    assert text.count("host not known, seen by tap1, tap2") == 2
    assert "Leave tap1, tap2 where they are: they only saw them." in text


def test_a_note_says_what_it_means_for_whoever_must_act() -> None:
    for kind, words in NOTE_WORDS.items():
        note = Note(kind=kind, text="A list says so.")
        text = page_of(msgspec.structs.replace(usual(), findings=(finding(1, notes=(note,)),))).text
        assert text.count(f"{words}. A list says so. {NOTE_ADVICE[kind]}") == 2, kind
    assert NOTE_ADVICE.keys() == NOTE_WORDS.keys()
    assert "neither clears nor confirms" in NOTE_ADVICE["shared"]


def test_the_chart_can_be_read_without_seeing_it() -> None:
    page = page_of(usual())
    chart = next(attributes for tag, attributes in page.tags if tag == "svg")
    assert (chart["role"], chart["aria-labelledby"]) == ("img", "chart-title chart-desc")
    assert "2021-03-03: 2 findings." in page.text


def test_a_huge_and_deep_reason_is_cut_and_said_to_be() -> None:
    deep = Why(kind="comparison", text="the innermost", holds=True)
    for _ in range(64):
        deep = Why(kind="sequence", text="AND", holds=True, children=(deep,))
    wide = Why(
        kind="warning",
        text="w",
        holds=True,
        children=(*(Why(kind="clause", text="c", holds=False) for _ in range(5_000)), deep),
    )
    page = page_of(msgspec.structs.replace(usual(), findings=(finding(1, why=wide),)))
    assert f"{5_066 - WHY_NODES:,} more parts; tocsin explain shows all." in page.text
    hold_to_rules(page_of(msgspec.structs.replace(usual(), findings=(finding(1, why=deep),))))


def test_without_a_warning_to_check_the_page_asks_for_some() -> None:
    held = not_seen()
    totals = msgspec.structs.replace(held.totals, warnings=0, not_seen=0)
    text = page_of(told(msgspec.structs.replace(held, totals=totals, groups=(), answers=()))).text
    assert "Get warnings that can be checked" in text
    assert "None of the warnings" not in text


def test_a_file_that_was_not_read_is_no_log_that_was() -> None:
    held = not_seen()
    odd = EvidenceFile(
        file="odd.csv", format="odd", mapping="", bytes=9, rows=0, read=0, problem="no mapping fits"
    )
    text = page_of(msgspec.structs.replace(held, evidence=(*held.evidence, odd))).text
    assert "odd:" not in text
    assert ", odd" not in text
    assert "no mapping fits" in text


@settings(max_examples=30)
@given(st.text())
def test_any_string_leaves_the_page_well_formed(text: str) -> None:
    hold_to_rules(page_of(hostile(text)))


@settings(max_examples=20)
@given(st.text(alphabet="<>&\"'/=!-{}%# \n\u202eabst", max_size=60))
def test_no_mix_of_markup_breaks_out(text: str) -> None:
    hold_to_rules(page_of(hostile(text + HOSTILE)))
