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
from tocsin.cli.formats.paper import CARDS, PAGE, ROW, paper_of
from tocsin.cli.formats.shortfall import Remedy, Shortfall, remedies
from tocsin.detect.result import CheckResult, Note
from tocsin.detect.told.ranking import worst

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
PRINTED = [(longest, "letter"), (longest, "A4")]


def remedy(text: str, gaps: int) -> Remedy:
    return Remedy(text, 7, tuple(Shortfall("log", f"gap {n}", text, 1) for n in range(gaps)))


@given(
    st.integers(0, 60),
    st.integers(0, 500),
    st.lists(st.builds(remedy, st.text(max_size=90), st.integers(1, 9)), max_size=30),
    st.sampled_from([(), (Note(kind="shared", text="t"),)]),
)
def test_what_is_printed_and_what_is_counted_are_all_there_is(
    told: int, more: int, missing: list[Remedy], notes: tuple[Note, ...]
) -> None:
    ordered = [finding(number, notes=notes) for number in range(told)]
    paper = paper_of(ordered, told + more, missing)
    assert [*paper.cards, *paper.lines] == ordered[: len(paper.cards) + len(paper.lines)]
    assert len(paper.cards) == min(told, CARDS)
    assert len(paper.cards) + len(paper.lines) + paper.findings_left_out == told + more
    assert list(paper.remedies) == missing[: len(paper.remedies)]
    gaps = sum(len(one.mends) for one in missing)
    assert sum(len(one.mends) for one in paper.remedies) + paper.gaps_left_out == gaps


def test_findings_never_crowd_out_the_first_gaps_nor_gaps_the_findings() -> None:
    result = longest()
    paper = paper_of(worst(result.findings, 300), 300, remedies(result))
    assert (len(paper.cards), len(paper.remedies)) == (CARDS, 5)
    assert len(paper.lines) >= 5
    assert len(paper.lines) * ROW < PAGE


def test_without_many_findings_all_gaps_that_fit_are_printed() -> None:
    missing = [remedy(f"do {number}", 1) for number in range(40)]
    assert len(paper_of((), 0, missing).remedies) > 15
    assert len(paper_of([finding(1)], 1, missing[:12]).remedies) == 12


def test_the_printed_part_says_what_it_leaves_out() -> None:
    drawn = "".join(render(large()))
    paper = paper_of(worst(large().findings, 300), 300, remedies(large()))
    assert drawn.count('<div class="slip ') == CARDS
    assert f"and {300 - CARDS - len(paper.lines)} more: see this report on screen, or findings.jsonl" in drawn
    assert f"and {paper.gaps_left_out} more things: see this report on screen." in drawn
    assert 'class="lines"' not in "".join(render(usual()))


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
