from __future__ import annotations

import msgspec
from hypothesis import given, strategies as st

from cli.formats.results import finding, usual
from tocsin.cli.formats.timeline import BARS, Timeline, timeline_of
from tocsin.detect.result import EvidenceFile, Finding

DAYS = st.dates().map(lambda day: f"{day.isoformat()}T12:00:00Z")


def drawn(*findings: Finding, evidence: tuple[EvidenceFile, ...] = ()) -> Timeline | None:
    return timeline_of(msgspec.structs.replace(usual(), findings=findings, evidence=evidence))


def log(first: str, last: str) -> EvidenceFile:
    return EvidenceFile(
        file="a", format="f", mapping="m", bytes=1, rows=1, read=1, first_time=first, last_time=last
    )


def test_a_finding_counts_on_each_of_its_days() -> None:
    chart = drawn(
        finding(1, first_seen="2021-03-02T23:59:59Z", last_seen="2021-03-04T00:00:00Z", severity="low"),
        finding(2, first_seen="2021-03-04T10:00:00Z", last_seen="", severity="critical"),
        finding(3, first_seen="", last_seen=""),
    )
    assert chart is not None
    counts = {bar.first: bar.count for bar in chart.bars if bar.count}
    assert counts == {"2021-03-02": 1, "2021-03-03": 1, "2021-03-04": 2}
    assert (chart.most, chart.days, chart.undated, len(chart.bars)) == (2, 1, 1, 7)
    stacked = next(bar for bar in chart.bars if bar.first == "2021-03-04").segments
    assert [(one.severity, one.y, one.height) for one in stacked] == [
        ("critical", 50.0, 50.0),
        ("low", 0.0, 50.0),
    ]


def test_days_with_logs_are_marked_and_stretch_the_axis() -> None:
    one = finding(1, first_seen="2021-03-05T00:00:00Z", last_seen="2021-03-05T01:00:00Z")
    chart = drawn(
        one,
        evidence=(
            log("2021-03-01T00:00:00Z", "2021-03-03T00:00:00Z"),
            log("2021-03-10T00:00:00Z", "2021-03-10T01:00:00Z"),
        ),
    )
    assert chart is not None
    assert "".join("x" if bar.covered else "." for bar in chart.bars) == "xxx......x"


def test_a_log_with_a_broken_time_does_not_flatten_the_chart() -> None:
    one = finding(1, first_seen="2021-03-05T00:00:00Z", last_seen="2021-03-05T01:00:00Z")
    chart = drawn(
        one,
        evidence=(
            log("1601-01-01T00:00:00Z", "2021-03-09T00:00:00Z"),
            log("9999-12-31T00:00:00Z", "9999-12-31T00:00:00Z"),
        ),
    )
    assert chart is not None
    assert chart.bars[0].first == "2020-03-04"
    assert chart.bars[-1].last == "2021-03-09"


def test_no_time_gives_no_chart() -> None:
    assert drawn(finding(1, first_seen="", last_seen="")) is None
    assert drawn(finding(1, first_seen="soon", last_seen="later")) is None


@given(st.lists(st.tuples(DAYS, DAYS), min_size=1, max_size=20), st.lists(st.tuples(DAYS, DAYS), max_size=5))
def test_every_dated_finding_is_in_the_chart_and_bars_are_few(
    spans: list[tuple[str, str]], logs: list[tuple[str, str]]
) -> None:
    findings = [finding(place, first_seen=min(one), last_seen=max(one)) for place, one in enumerate(spans)]
    chart = drawn(*findings, evidence=tuple(log(min(one), max(one)) for one in logs))
    assert chart is not None
    assert len(chart.bars) <= BARS
    assert 1 <= chart.most <= len(spans)
    for one in findings:
        hit = [
            bar for bar in chart.bars if bar.first <= one.last_seen[:10] and bar.last >= one.first_seen[:10]
        ]
        assert hit
        assert all(bar.count for bar in hit)
    assert all(
        abs(sum(part.height for part in bar.segments) - bar.count * 100 / chart.most) < 0.1
        for bar in chart.bars
    )
