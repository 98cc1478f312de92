"""Invented results that the formats are tried on. No host, name or value here is anyone's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import msgspec

from tocsin.detect.result import (
    SEVERITIES,
    Answer,
    AnswerGroup,
    CheckResult,
    EvidenceFile,
    Example,
    Finding,
    Gap,
    Note,
    Skip,
    Totals,
    Why,
)
from tocsin.detect.told.next_steps import next_steps

__all__ = [
    "HOSTILE", "empty", "finding", "hostile", "large", "longest", "many", "not_seen", "nothing_found", "reason", "unread", "usual",
]  # fmt: skip

HOSTILE = "\"><script>alert('x')</script><img src=x onerror=alert(1)> \u202egnp.exe\u200b\x1b[31m {{7*7}} {0} [a](javascript:x) &amp; =1+1"
DOMAIN = "indicator--0d1c6c0a-0a5e-4b7e-9d0b-3f1a1c0f0a01"


def reason(title: str, pattern: str, example: Example) -> Why:
    """The tree of a pattern of one bracket that ``example`` made true."""
    compared = tuple(
        Why(kind="comparison", text=f"{path} = '{value}'", holds=True, value=value)
        for path, value in example.values.items()
    )
    row = Why(kind="row", text="", holds=True, file=example.file, row=example.row, children=compared)
    clause = Why(kind="clause", text=pattern, holds=True, children=(row,))
    return Why(kind="warning", text=title, holds=True, children=(clause,))


def finding(number: int, **changes: Any) -> Finding:
    """A finding with a domain name; ``changes`` replace its fields."""
    id_ = f"finding--{uuid5(NAMESPACE_URL, f'finding {number}')}"
    warning = f"indicator--{uuid5(NAMESPACE_URL, f'warning {number}')}"
    pattern = f"[domain-name:value = 'c2-{number}.example.com']"
    day = 1 + number % 28
    example = Example(
        file="dns/zeek-dns.log.gz",
        row=4700 + number,
        time=f"2021-03-{day:02d}T08:15:00Z",
        values={"domain-name:value": f"c2-{number}.example.com"},
    )
    title = str(changes.get("title", f"Command server {number}"))
    why = reason(title, str(changes.get("pattern", pattern)), changes.get("examples", (example,))[0])
    base = Finding(
        id=id_, warning=warning, kind="zeek-dns", title=f"Command server {number}", where=f"WS-{number % 40:02d}",
        actor="", first_seen=f"2021-03-{day:02d}T08:15:00Z", last_seen=f"2021-03-{day:02d}T09:00:12.250Z",
        count=1 + number * 7 % 90, severity=SEVERITIES[number % 4], confidence=50 + number % 50, tlp="green",
        pattern=pattern, examples=(example,), notes=(), why=why, source="feeds/partner.json",
        description="A name that the intruders' tools call home to.",
    )  # fmt: skip
    return msgspec.structs.replace(base, **changes)


def _groups(answers: tuple[Answer, ...]) -> tuple[AnswerGroup, ...]:
    held: dict[tuple[Any, ...], list[str]] = {}
    for one in answers:
        held.setdefault((one.answer, one.reason, one.gaps), []).append(one.title)
    return tuple(
        AnswerGroup(answer=answer, reason=reason, count=len(titles), gaps=gaps, titles=tuple(titles[:3]))
        for (answer, reason, gaps), titles in held.items()
    )


def _answers(findings: tuple[Finding, ...], cannot_tell: int, not_seen: int, gaps: int) -> tuple[Answer, ...]:
    hits: dict[str, list[str]] = {}
    for one in findings:
        hits.setdefault(one.warning, []).append(one.id)
    titles = {one.warning: one.title for one in findings}
    answers = [
        Answer(
            warning=warning, answer="hit", reason="It was seen.", title=titles[warning], findings=tuple(ids)
        )
        for warning, ids in hits.items()
    ]
    kinds = (
        (
            "log",
            "there is no log of WS-12 with DNS queries",
            "Install Sysmon with a configuration that logs event 22 (DNS query), and collect its channel.",
        ),
        (
            "field",
            "no log that was read holds file hashes",
            "Turn on body hashing in the proxy (setting response_body_hash).",
        ),
        (
            "days",
            "the logs of MAIL-01 with web requests lack 2021-02-01 to 2021-02-26",
            "Get the older logs from the backup; they rotate after 30 days.",
        ),
        ("host", "there is no log of SCADA-HMI-02", "Collect this host's Security channel."),
        (
            "unreadable",
            "412 rows of ex210302.log could not be read",
            "Copy the file again; its end is cut off.",
        ),
        (
            "time",
            "the rows of inventory.csv bear no time",
            "Name the column that holds the time in the mapping file.",
        ),
    )
    for index in range(cannot_tell):
        kind, what, remedy = kinds[index % gaps % len(kinds)]
        round_ = index % gaps // len(kinds)
        paths = {"log": ("domain-name:value",), "field": ("file:hashes.'SHA-256'", "file:hashes.MD5")}
        gap = Gap(
            kind=kind,
            what=f"{what} #{round_ + 1}" if round_ else what,
            remedies=(remedy,),
            paths=paths.get(kind, ()),
        )
        answers.append(
            Answer(
                warning=f"indicator--{uuid5(NAMESPACE_URL, f'cannot tell {index}')}",
                answer="cannot_tell",
                reason=what,
                title=f"Warning {index}",
                gaps=(gap,),
            )
        )
    answers.extend(
        Answer(
            warning=f"indicator--{uuid5(NAMESPACE_URL, f'not seen {index}')}",
            answer="not_seen",
            reason="The logs hold all that the warning needs, and it is not in them.",
            title=f"Warning {index}",
        )
        for index in range(not_seen)
    )
    return tuple(answers)


EVIDENCE = (
    EvidenceFile(
        file="dns/zeek-dns.log.gz", format="zeek-tsv", mapping="zeek-dns", bytes=1_204_224, rows=48_211, read=48_211,
        first_time="2021-02-27T00:00:04Z", last_time="2021-03-28T23:59:51Z", hosts=("sensor-1",),
    ),
    EvidenceFile(
        file="mail/HttpProxy_2021030208-1.LOG", format="exchange-csv", mapping="exchange-httpproxy", bytes=88_120,
        rows=2_040, read=1_998, first_time="2021-03-01T00:00:00Z", last_time="2021-03-09T12:00:00Z",
        hosts=("MAIL-01",), skipped=(Skip(reason="the row has too few columns", count=42, places=("row 17", "row 91")),),
        unmapped=("ActAsUser", "GlobalThrottle"), notes=("The end of the file is cut off.",),
    ),
    EvidenceFile(
        file="plant/historian.bak", format="", mapping="", bytes=9_000, rows=0, read=0,
        problem="No known log begins like this.",
    ),
)  # fmt: skip


@dataclass(frozen=True)
class _Counts:
    hit: int
    not_seen: int
    cannot_tell: int


def _result(findings: tuple[Finding, ...], counts: _Counts, gaps: int = 6, **changes: Any) -> CheckResult:
    read = sum(one.read for one in EVIDENCE)
    rows = sum(one.rows for one in EVIDENCE)
    totals = Totals(
        warnings=counts.hit + counts.not_seen + counts.cannot_tell, hit=counts.hit, not_seen=counts.not_seen,
        cannot_tell=counts.cannot_tell, warnings_skipped=3, warnings_not_checked=2, files=3, files_unread=1,
        rows=rows, read=read, skipped=rows - read, findings=len(findings),
    )  # fmt: skip
    answers = _answers(findings, counts.cannot_tell, counts.not_seen, gaps)
    base = CheckResult(
        tocsin="0.1.0", checked_at="2021-04-01T06:00:00Z", since="", until="", took_s=1.75, totals=totals,
        findings=findings, answers=answers, groups=_groups(answers), evidence=EVIDENCE,
        warnings_skipped=(Skip(reason="a relationship is no warning", count=3, places=("feeds/partner.json $.objects[4]",)),),
        warnings_not_checked=(Skip(reason="a YARA rule cannot be checked", count=2, places=("feeds/partner.json $.objects[9]",)),),
    )  # fmt: skip
    return told(msgspec.structs.replace(base, **changes))


def told(result: CheckResult) -> CheckResult:
    """``result`` with what is to be done by it, as a check writes it."""
    return msgspec.structs.replace(result, next_steps=next_steps(result))


def usual() -> CheckResult:
    """Four findings of three warnings on three hosts, one that a sensor saw, some warnings that cannot be told."""
    shell = finding(
        1, severity="critical", title="Web shell written by the mail server", where="MAIL-01", kind="sysmon",
        actor="NT AUTHORITY\\SYSTEM", tlp="amber", count=2, confidence=90, warning=DOMAIN.replace("a01", "a02"),
        first_seen="2021-03-03T04:12:09.120Z", last_seen="2021-03-03T04:12:31Z",
        pattern="[file:hashes.'SHA-256' = '" + "b75f163c" * 8 + "' AND file:name = 'discover.aspx']",
        description="The web service of the mail server wrote a page that runs what a visitor sends it.",
        examples=(
            Example(
                file="mail/sysmon.evtx", row=90_411, time="2021-03-03T04:12:09.120Z",
                values={"file:hashes.'SHA-256'": "b75f163c" * 8, "file:name": "discover.aspx"},
            ),
        ),
    )  # fmt: skip
    request = finding(
        2, severity="high", title="Request that abuses the mail server's proxy", where="MAIL-01", kind="exchange-httpproxy",
        tlp="amber", count=17, first_seen="2021-03-02T08:15:00Z", last_seen="2021-03-05T22:40:12Z",
        warning=DOMAIN.replace("a01", "a03"), confidence=75,
        pattern="[url:value LIKE '%/ecp/y.js%'] REPEATS 2 TIMES",
        description="One request to a script that does not exist, with a cookie that names another server.",
        examples=(
            Example(
                file="mail/HttpProxy_2021030208-1.LOG", row=812, time="2021-03-02T08:15:00Z",
                values={"url:value": "https://mail.example.org/ecp/y.js"},
            ),
        ),
    )  # fmt: skip
    call = finding(
        3, severity="medium", title="Command server of a supplier's tampered update", where="10.20.30.12", warning=DOMAIN,
        actor="10.20.30.12", seen_by=("sensor-1",),
        examples=(
            Example(
                file="dns/zeek-dns.log.gz", row=4703, time="2021-03-04T08:15:00Z",
                values={"domain-name:value": "c2-3.example.com", "network-traffic:dst_ref.value": "192.0.2.17", "network-traffic:protocols[*]": "TCP", "network-traffic:dst_port": "53"},
            ),
        ),
        notes=(Note(kind="after-validity", text="Seen 12 days after the warning ended (2021-02-20).", source=""),),
    )  # fmt: skip
    cdn = finding(
        4, severity="low", title="Address that hosts a download", where="WS-12", warning="list.txt#4", tlp="", confidence=None,
        count=88, first_seen="", last_seen="", pattern="[ipv4-addr:value = '198.51.100.7']", description="", source="list.txt",
        examples=(Example(file="fw/flows.csv", row=7, values={"ipv4-addr:value": "198.51.100.7"}),),
        notes=(Note(kind="known-good", text="This address belongs to a content network that many harmless sites use.", source="warninglists"),),
    )  # fmt: skip
    return _result((call, shell, cdn, request), _Counts(hit=4, not_seen=24, cannot_tell=12))


def empty() -> CheckResult:
    """Nothing found, and a part that cannot be told."""
    return _result((), _Counts(hit=0, not_seen=28, cannot_tell=12), gaps=4)


def not_seen() -> CheckResult:
    """Nothing found, and everything that was asked was checked."""
    base = _result((), _Counts(hit=0, not_seen=40, cannot_tell=0))
    read = EVIDENCE[:1]
    totals = msgspec.structs.replace(
        base.totals, warnings_not_checked=0, files=1, files_unread=0, rows=48_211, read=48_211, skipped=0
    )
    return told(msgspec.structs.replace(base, totals=totals, evidence=read, warnings_not_checked=()))


def nothing_found() -> CheckResult:
    """No warning, no evidence: the smallest result."""
    smallest = CheckResult(
        tocsin="0.1.0", checked_at="2021-04-01T06:00:00Z", since="", until="", took_s=0.01,
        totals=Totals(
            warnings=0, hit=0, not_seen=0, cannot_tell=0, warnings_skipped=0, warnings_not_checked=0, files=0,
            files_unread=0, rows=0, read=0, skipped=0, findings=0,
        ),
        findings=(), answers=(), groups=(), evidence=(),
    )  # fmt: skip
    return told(smallest)


def unread(*files: tuple[str, str]) -> CheckResult:
    """A check of ``files``, each with why it was not read, of which none could be read as a log."""
    held = empty()
    evidence = tuple(
        EvidenceFile(file=name, format="", mapping="", bytes=9, rows=0, read=0, problem=problem)
        for name, problem in files
    )
    counts = {"cannot_tell": held.totals.warnings, "not_seen": 0, "rows": 0, "read": 0, "skipped": 0}
    totals = msgspec.structs.replace(held.totals, files=len(files), files_unread=len(files), **counts)
    return told(msgspec.structs.replace(held, evidence=evidence, totals=totals, groups=(), answers=()))


def large() -> CheckResult:
    """300 findings and 60 gaps."""
    return _result(tuple(map(finding, range(300))), _Counts(hit=300, not_seen=200, cannot_tell=240), gaps=60)


def many(count: int) -> CheckResult:
    """``count`` findings and nothing else of note."""
    return _result(tuple(map(finding, range(count))), _Counts(hit=count, not_seen=0, cannot_tell=0))


def longest(text: str = "WWWWWWWWWW-0123456789.wide.example " * 9) -> CheckResult:
    """300 findings, each on many of 300 hosts, and 60 gaps with as many remedies; every text long and wide."""
    names = [f"WWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWW-{place}" for place in range(300)]
    addresses = [f"2001:db8:1111:2222:3333:4444:5555:{place:x}" for place in range(0x1000, 0x1010)]
    notes = tuple(
        Note(kind=kind, text=text) for kind in ("known-good", "shared", "sinkhole", "after-validity")
    )
    found = tuple(
        finding(
            place, title=text, where=", ".join((*addresses, *names[place:])), actor=text, description=text, source=text, notes=notes,
            seen_by=tuple(names[:40]), tlp="amber+strict", count=10**12, examples=(Example(file=text, row=10**12, values={"file:name": text, "url:value": text}),),
        )
        for place in range(300)
    )  # fmt: skip
    gaps = [Gap(kind="log", what=f"{place} {text}", remedies=(f"{place} {text * 3}",)) for place in range(60)]
    answers = tuple(
        Answer(warning=f"w{place}", answer="cannot_tell", reason=text, gaps=(gap,))
        for place, gap in enumerate(gaps)
    )
    base = _result(found, _Counts(hit=300, not_seen=0, cannot_tell=60))
    file = msgspec.structs.replace(EVIDENCE[0], hosts=tuple(names), mapping=text)
    return msgspec.structs.replace(
        base, answers=answers, groups=_groups(answers), evidence=(file, *EVIDENCE[1:])
    )


def hostile(text: str = HOSTILE) -> CheckResult:
    """``text`` in every place that a log or a warning can fill."""
    inner = Why(kind="comparison", text=text, holds=False, value=text)
    bad = finding(
        1, title=text, where=text, actor=text, pattern=text, source=text, description=text, warning=text, kind=text,
        first_seen=text, last_seen=text, tlp=text, seen_by=(text,),
        examples=(Example(file=text, row=0, time=text, values={text: text, "domain-name:value": text, "file:hashes.MD5": text, "url:value": text, "network-traffic:dst_ref.value": text}),),
        notes=(Note(kind=text, text=text, source=text), Note(kind="known-good", text=text)),
        why=Why(kind=text, text=text, holds=True, children=(Why(kind="row", text=text, holds=True, file=text, row=-1, children=(inner,)),)),
    )  # fmt: skip
    timed = msgspec.structs.replace(
        bad, id=finding(2).id, first_seen="2021-03-01T00:00:00Z", last_seen="2021-03-02T00:00:00Z"
    )
    skip = Skip(reason=text, count=1, places=(text,))
    file = EvidenceFile(
        file=text, format=text, mapping=text, bytes=1, rows=1, read=0, first_time=text, last_time=text, hosts=(text,),
        skipped=(skip,), unmapped=(text,), notes=(text,), problem=text,
    )  # fmt: skip
    answers = (
        Answer(
            warning=text,
            answer="cannot_tell",
            reason=text,
            title=text,
            gaps=(Gap(kind=text, what=text, remedies=(text,)),),
        ),
    )
    base = _result((bad, timed), _Counts(hit=1, not_seen=0, cannot_tell=1))
    return msgspec.structs.replace(
        base, tocsin=text, since=text, until=text, evidence=(file,), warnings_skipped=(skip,), warnings_not_checked=(skip,),
        slow=(text,), answers=answers, groups=_groups(answers),
    )  # fmt: skip
