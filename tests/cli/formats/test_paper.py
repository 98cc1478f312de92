"""What is printed: shared out here, and printed by a browser where there is one."""

from __future__ import annotations

import re
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from cli.formats.results import finding, large, longest, usual
from tocsin.cli.formats.html import render
from tocsin.cli.formats.paper import CARDS, FEWEST_CARDS, PAGE, ROW, Above, lines_of, paper_of
from tocsin.cli.formats.shortfall import Missing, Remedy, Shortfall, missing
from tocsin.detect.result import CheckResult, Note
from tocsin.detect.told.ranking import worst

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
PRINTED = [(longest, "letter"), (longest, "A4")]


def group(text: str, gaps: int) -> Missing:
    lacks = tuple(Shortfall("log", f"gap {n}", (text,), 1) for n in range(gaps))
    return Missing(lacks, (Remedy(text, 7),), 7)


@given(
    st.integers(0, 60),
    st.integers(0, 500),
    st.lists(st.builds(group, st.text(max_size=90), st.integers(1, 9)), max_size=30),
    st.sampled_from([(), (Note(kind="shared", text="t"),)]),
)
def test_what_is_printed_and_what_is_counted_are_all_there_is(
    told: int, more: int, lacking: list[Missing], notes: tuple[Note, ...]
) -> None:
    ordered = [finding(number, notes=notes) for number in range(told)]
    paper = paper_of(ordered, told + more, lacking)
    assert [*paper.cards, *paper.lines] == ordered[: len(paper.cards) + len(paper.lines)]
    assert min(told, FEWEST_CARDS) <= len(paper.cards) <= CARDS
    assert len(paper.cards) + len(paper.lines) + paper.findings_left_out == told + more
    assert [one.remedies for one in paper.missing] == [one.remedies for one in lacking[: len(paper.missing)]]
    assert all(
        one.lacks and one.lacks == held.lacks[: len(one.lacks)]
        for one, held in zip(paper.missing, lacking, strict=False)
    )
    gaps = sum(len(one.lacks) for one in lacking)
    assert sum(len(one.lacks) for one in paper.missing) + paper.gaps_left_out == gaps


def test_findings_never_crowd_out_the_first_gaps_nor_gaps_the_findings() -> None:
    result = longest()
    paper = paper_of(worst(result.findings, 300), 300, missing(result))
    assert len(paper.cards) >= FEWEST_CARDS
    assert len(paper.missing) == 5
    assert len(paper.lines) >= 5
    assert len(paper.lines) * ROW < PAGE


def test_without_many_findings_all_gaps_that_fit_are_printed() -> None:
    lacking = [group(f"do {number}", 1) for number in range(40)]
    assert len(paper_of((), 0, lacking).missing) > 15
    assert len(paper_of([finding(1)], 1, lacking[:12]).missing) == 12
    (whole,) = paper_of((), 0, [group("do it", 30)]).missing
    assert len(whole.lacks) == 30


def test_the_less_stands_above_the_more_findings_are_printed() -> None:
    ordered = [finding(number) for number in range(200)]

    def printed(above: Above) -> int:
        paper = paper_of(ordered, 200, (), above)
        return len(paper.cards) + len(paper.lines)

    short = printed(Above(verdict="Hit."))
    long = printed(
        Above(verdict="Hit.", facts=["a fact"] * 4, steps=["do this, then that " * 12] * 6, timeline=True)
    )
    assert short > long + 15
    assert printed(Above(verdict="Hit.", notes_below=3)) < short


def test_a_finding_whose_card_would_go_to_the_second_page_is_a_row() -> None:
    ordered = [finding(number) for number in range(9)]
    assert len(paper_of(ordered, 9, (), Above(verdict="Hit.")).cards) == CARDS
    high = Above(verdict="Hit.", steps=["do this, then that " * 16] * 9, timeline=True)
    paper = paper_of(ordered, 9, (), high)
    assert (len(paper.cards), len(paper.lines)) == (FEWEST_CARDS, 7)


def test_a_text_takes_as_many_lines_as_the_widest_usual_typeface_makes_of_it() -> None:
    assert lines_of("") == lines_of("a short text") == 1
    assert lines_of("W" * 120) == lines_of("界" * 120) == 3
    assert lines_of("i" * 120) == 1


def test_the_printed_part_says_what_it_leaves_out() -> None:
    drawn = "".join(render(large()))
    printed = drawn[drawn.index('<div class="paper">') :]
    cards = printed.count('<div class="slip ')
    rows = printed[printed.index('<table class="lines">') : printed.index("</table>")].count("<tr>") - 1
    assert FEWEST_CARDS <= cards <= CARDS
    assert f"and {300 - cards - rows} more: see this report on screen, or findings.jsonl" in printed
    lacks = printed.count("<b>4 warnings:</b>")
    assert lacks >= 5
    assert f"and {60 - lacks} more things: see this report on screen." in printed
    assert 'class="lines"' not in "".join(render(usual()))


def test_what_is_missing_is_printed_before_what_would_mend_it_and_that_once() -> None:
    drawn = "".join(render(large()))
    printed = drawn[drawn.index('<div class="paper">') :]
    lack, act = "there is no log of SCADA-HMI-02", "How to get it: Collect this host&#39;s Security channel."
    assert printed.count(act) == 1
    assert printed.index(lack) < printed.index(act)


@pytest.mark.skipif(BROWSER is None, reason="no Chromium here to print with")
def test_the_largest_reports_print_on_two_pages_of_a4_and_us_letter(tmp_path: Path) -> None:
    def pages(place: int, result: CheckResult, size: str) -> int:
        drawn = "".join(render(result))
        page, pdf = tmp_path / f"{place}.html", tmp_path / f"{place}.pdf"
        # The policy allows the style sheet by its hash, which the paper's size changes.
        sized = re.sub("<meta http-equiv[^>]*>", "", drawn).replace("@page {", f"@page {{ size: {size};")
        page.write_text(sized, encoding="utf-8")
        command = [
            str(BROWSER), "--headless", "--no-sandbox", "--disable-gpu", "--disable-extensions",
            "--disable-background-networking", "--no-first-run", "--no-pdf-header-footer",
            f"--user-data-dir={tmp_path / str(place)}", f"--print-to-pdf={pdf}", page.as_uri(),
        ]  # fmt: skip
        subprocess.run(command, check=True, capture_output=True, timeout=60)
        return len(re.findall(rb"/Type\s*/Page\b", pdf.read_bytes()))

    with ThreadPoolExecutor(2) as pool:
        printed = list(pool.map(lambda job: pages(job[0], job[1][0](), job[1][1]), enumerate(PRINTED)))
    assert printed == [2] * len(PRINTED)
