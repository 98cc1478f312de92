"""Logs of an owner: everyday rows on each day that is kept, and what the attacks left among them, in real formats."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import random
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from tocsin.exercise.nation.nation import Owner, Planted

__all__ = ["logs"]

_LOOKED_UP: Final = (
    "time.windows.com",
    "www.msftconnecttest.com",
    "weather.example",
    "www.example.org",
    "parts.example",
)
_AGENT: Final = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/88.0.4324.190 Safari/537.36"
)
_SYSTEM32: Final = "C:\\Windows\\System32\\"
_PROGRAMS: Final = ("svchost.exe", "taskhostw.exe", "conhost.exe", "wevtutil.exe")
_FOLDERS: Final = {"/owa/": "Owa", "/ecp/": "Ecp"}
_PROXY: Final = (
    "DateTime", "RequestId", "MajorVersion", "MinorVersion", "BuildVersion", "RevisionVersion", "Protocol", "UrlHost",
    "UrlStem", "AuthenticationType", "IsAuthenticated", "AuthenticatedUser", "AnchorMailbox", "UserAgent",
    "ClientIpAddress", "ServerHostName", "HttpStatus", "BackEndStatus", "Method", "ProxyAction", "TargetServer",
    "RoutingHint", "UrlQuery",
    "GenericInfo",
)  # fmt: skip
_W3C: Final = (
    "date time s-computername s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent)"
    " cs(Referer) sc-status sc-substatus sc-win32-status time-taken"
)


def logs(
    owner: Owner, planted: Sequence[Planted], first: date, until: datetime, seed: int
) -> Iterator[tuple[str, bytes]]:
    """The files of ``owner`` as they are at ``until``, with rows from ``first`` on: (path, bytes).

    On each day each log of each host has a row at least, as a machine that is on writes; ``planted`` are those traces
    that fall into the time.
    """
    made = _Logs(owner, planted, first, until, seed)
    if "dns" in owner.logs:
        yield "sensor/dns.log", _lines(made.dns())
    if "conn" in owner.logs:
        yield "sensor/conn.log", _lines(made.conn())
    if "sysmon" in owner.logs:
        # As a collector of forwarded events has them: all hosts in one file.
        events = (row for use, host in owner.hosts.items() for row in made.sysmon(use, host))
        yield "collector/sysmon.json", _lines(events)
    if "web" in owner.logs and "MAIL" in owner.hosts:
        requests = sorted(made.requests(), key=lambda one: str(one["time"]))
        yield "MAIL01/W3SVC1/u_ex.log", _w3c(requests)
        yield from _proxy(owner, requests)


class _Logs:
    def __init__(
        self, owner: Owner, planted: Sequence[Planted], first: date, until: datetime, seed: int
    ) -> None:
        self.owner = owner
        self.until = until
        self.planted = [one for one in planted if one.day >= first]
        # A day has the same rows in the logs of each attack, so that later logs go on from the earlier.
        self.days = [first + timedelta(days=number) for number in range((until.date() - first).days + 1)]
        self.seed = f"{seed} {owner.id}"

    def moments(self, log: str, most: int) -> Iterator[tuple[datetime, random.Random]]:
        """When something everyday is written to a log: once a day at least, early, so that today has a row too."""
        for day in self.days:
            chance = random.Random(f"{self.seed} {log} {day}")
            begin = datetime.combine(day, time(0, 0), UTC)
            seconds = [
                chance.randrange(60, 3600),
                *(chance.randrange(3600, 86_400) for _ in range(chance.randrange(most))),
            ]
            for second in sorted(seconds):
                at = begin + timedelta(seconds=second, milliseconds=chance.randrange(1000))
                if at < self.until:
                    yield at, chance

    def traces(self, log: str) -> Iterator[tuple[datetime, Planted, random.Random]]:
        for one in self.planted:
            if one.trace.log == log:
                at = datetime.combine(one.day, time(0, 0), UTC) + timedelta(seconds=one.second)
                if at < self.until:
                    yield at, one, random.Random(f"{self.seed} {at}")

    def dns(self) -> Iterator[dict[str, Any]]:
        for at, chance in self.moments("dns", 2):
            yield self.zeek(
                "dns",
                at,
                chance,
                _asked(chance, self.staff(chance), chance.choice(_LOOKED_UP), ["203.0.113.10"]),
            )
        for at, one, chance in self.traces("dns"):
            yield self.zeek(
                "dns", at, chance, _asked(chance, "192.0.2.30", one.trace.query, list(one.trace.answers))
            )

    def conn(self) -> Iterator[dict[str, Any]]:
        for at, chance in self.moments("conn", 2):
            yield self.zeek(
                "conn",
                at,
                chance,
                _connected(chance, self.staff(chance), f"203.0.113.{chance.randrange(5, 40)}", 443),
            )
        for at, one, chance in self.traces("conn"):
            yield self.zeek(
                "conn", at, chance, _connected(chance, "192.0.2.30", one.trace.address, one.trace.port)
            )

    def sysmon(self, use: str, host: str) -> Iterator[dict[str, Any]]:
        for at, chance in self.moments(f"sysmon {use}", 1):
            name = chance.choice(_PROGRAMS)
            own = {
                "ProcessId": str(900 + 4 * chance.randrange(5000)),
                "Image": _SYSTEM32 + name,
                "User": "NT AUTHORITY\\SYSTEM",
            }
            yield _event(host, at, 1, {
                **own, "CommandLine": name, "CurrentDirectory": _SYSTEM32, "Hashes": _hashes(name),
                "ParentImage": _SYSTEM32 + "services.exe", "ParentCommandLine": _SYSTEM32 + "services.exe",
            })  # fmt: skip
            file = {**own, "TargetFilename": f"C:\\Windows\\Temp\\TMP{chance.randrange(10**6):06d}.tmp"}
            yield _event(host, at + timedelta(seconds=1), 11, file)
        for at, one, _ in self.traces("sysmon"):
            if self.use_of(one) == use:
                own = {"ProcessId": "4120", "Image": one.trace.image, "User": "NT AUTHORITY\\SYSTEM"}
                yield _event(host, at, one.trace.event, {**own, **one.trace.fields})

    def use_of(self, one: Planted) -> str:
        """The machine that a trace is on: the one that the attack is about, else any."""
        return next((use for use in self.owner.hosts if use == one.host), next(iter(self.owner.hosts)))

    def requests(self) -> Iterator[dict[str, Any]]:
        user = self.owner.name.split()[0].lower()
        for at, chance in self.moments("web", 2):
            stem = chance.choice(("/owa/", "/owa/auth/logon.aspx", "/ecp/"))
            yield {"time": at, "ip": self.staff(chance), "method": "GET", "stem": stem, "agent": _AGENT, "status": 200,
                   "user": f"{user.upper()}\\clerk", "mailbox": f"Smtp~clerk@{self.owner.domain}"}  # fmt: skip
        for at, one, chance in self.traces("web"):
            mailbox = one.trace.mailbox.replace("{host}", self.owner.hosts["MAIL"])
            yield {"time": at, "ip": f"198.51.100.{chance.randrange(10, 200)}", "method": one.trace.method,
                   "stem": one.trace.stem, "agent": one.trace.agent, "status": 200, "user": "",
                   "mailbox": mailbox}  # fmt: skip

    def staff(self, chance: random.Random) -> str:
        return f"192.0.2.{chance.randrange(60, 200)}"

    def zeek(
        self, stream: str, at: datetime, chance: random.Random, fields: dict[str, Any]
    ) -> dict[str, Any]:
        head = {
            "@stream": stream,
            "@system": f"sensor1.{self.owner.domain}",
            "@proc": "zeek",
            "ts": round(at.timestamp(), 3),
        }
        return {**head, "uid": f"C{chance.getrandbits(48):012x}", **fields}


def _asked(chance: random.Random, source: str, name: str, answers: list[str]) -> dict[str, Any]:
    return {
        "id_orig_h": source, "id_orig_p": chance.randrange(49152, 65535), "id_resp_h": "192.0.2.10", "id_resp_p": 53,
        "proto": "udp", "trans_id": chance.randrange(65536), "query": name, "qtype": 1, "qtype_name": "A", "rcode": 0,
        "rcode_name": "NOERROR", "answers": answers, "rejected": False,
    }  # fmt: skip


def _connected(chance: random.Random, source: str, target: str, port: int) -> dict[str, Any]:
    return {
        "id_orig_h": source, "id_orig_p": chance.randrange(49152, 65535), "id_resp_h": target, "id_resp_p": port,
        "proto": "tcp", "service": "ssl", "duration": chance.randrange(1, 4000) / 1000,
        "orig_bytes": chance.randrange(300, 4000), "resp_bytes": chance.randrange(600, 60000),
        "conn_state": "SF", "missed_bytes": 0, "history": "ShADadFf",
    }  # fmt: skip


def _event(host: str, at: datetime, event: int, fields: dict[str, str]) -> dict[str, Any]:
    stamp = f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}"
    return {
        "SourceName": "Microsoft-Windows-Sysmon", "Channel": "Microsoft-Windows-Sysmon/Operational", "Hostname": host,
        "@timestamp": f"{stamp}Z", "EventID": event, "Task": str(event), "UtcTime": stamp.replace("T", " "), **fields,
    }  # fmt: skip


def _hashes(name: str) -> str:
    """Hashes of a file that does not exist."""
    data = name.encode()
    md5 = hashlib.md5(data, usedforsecurity=False).hexdigest()
    sha1 = hashlib.sha1(data, usedforsecurity=False).hexdigest()
    return f"SHA1={sha1.upper()},MD5={md5.upper()},SHA256={hashlib.sha256(data).hexdigest().upper()}"


def _lines(rows: Iterator[dict[str, Any]]) -> bytes:
    held = sorted(rows, key=lambda one: str(one.get("ts", one.get("UtcTime"))))
    return "".join(json.dumps(one, separators=(",", ":")) + "\n" for one in held).encode()


def _w3c(requests: Sequence[dict[str, Any]]) -> bytes:
    """IIS writes W3C, in UTC, with ``+`` for a blank."""
    lines = ["#Software: Microsoft Internet Information Services 10.0", "#Version: 1.0", f"#Fields: {_W3C}"]
    lines += [
        f"{one['time']:%Y-%m-%d %H:%M:%S} MAIL01 192.0.2.25 {one['method']} {one['stem']} - 443 {one['user'] or '-'}"
        f" {one['ip']} {one['agent'].replace(' ', '+')} - {one['status']} 0 0 120"
        for one in requests
    ]
    return "".join(f"{line}\r\n" for line in lines).encode()


def _proxy(owner: Owner, requests: Sequence[dict[str, Any]]) -> Iterator[tuple[str, bytes]]:
    """Exchange's front end writes CSV, a folder a protocol."""
    for start, folder in _FOLDERS.items():
        text = io.StringIO()
        text.write(
            f"{','.join(_PROXY)}\r\n#Software: Microsoft Exchange Server\r\n#Log-type: HttpProxy Logs\r\n"
        )
        rows = csv.DictWriter(text, _PROXY, restval="", lineterminator="\r\n")
        for number, one in enumerate(one for one in requests if one["stem"].startswith(start)):
            rows.writerow({
                "DateTime": f"{one['time']:%Y-%m-%dT%H:%M:%S}.{one['time'].microsecond // 1000:03d}Z",
                "RequestId": f"00000000-0000-0000-0000-{number:012d}", "MajorVersion": 15, "MinorVersion": 2,
                "BuildVersion": 792, "RevisionVersion": 3, "Protocol": folder, "UrlHost": f"mail.{owner.domain}",
                "UrlStem": one["stem"],
                "AuthenticationType": "FBA" if one["user"] else "", "IsAuthenticated": bool(one["user"]),
                "AuthenticatedUser": one["user"], "AnchorMailbox": one["mailbox"], "UserAgent": one["agent"],
                "ClientIpAddress": one["ip"], "ServerHostName": "MAIL01", "HttpStatus": one["status"],
                "BackEndStatus": one["status"], "Method": one["method"], "ProxyAction": "Proxy",
                "TargetServer": owner.hosts["MAIL"], "RoutingHint": "MailboxGuidWithDomain",
                "GenericInfo": "OnBeginRequest=0;",
            })  # fmt: skip
        yield f"MAIL01/HttpProxy/{folder}/HttpProxy_1.LOG", text.getvalue().encode()
