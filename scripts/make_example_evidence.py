"""Make the example evidence that ships: logs of a water utility that does not exist, two true attacks in them.

Run from the checkout: ``python scripts/make_example_evidence.py``. It writes ``src/tocsin/data/examples/evidence``.
No clock and no chance: the same script gives the same bytes (of packed files, the same bytes once unpacked).
What is invented and what is true stands in ``PROVENANCE.md`` beside that folder.
"""

# ruff: noqa: E501 - a line of a log is as long as it is

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

__all__ = ["FOLDER", "files", "main"]

FOLDER = Path(__file__).parent.parent / "src/tocsin/data/examples/evidence"

MAIL_IP, ORION_IP, DNS_IP = "192.0.2.25", "192.0.2.30", "192.0.2.10"
MAIL, ORION, SENSOR = "MAIL01.brookwater.example", "ORION01.brookwater.example", "sensor1.brookwater.example"
HOST = "mail.brookwater.example"
STAFF = [f"192.0.2.{n}" for n in range(60, 84)]
OUTSIDE = [f"198.51.100.{n}" for n in range(10, 40)]
PASSERS_BY = [f"203.0.113.{n}" for n in range(5, 17)]
NAMES = [
    "aden",
    "baker",
    "costa",
    "dietz",
    "eriksen",
    "fofana",
    "garcia",
    "huang",
    "ivanova",
    "jensen",
    "kowalski",
]

EDGE = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/88.0.4324.190 Safari/537.36 Edg/88.0.705.81"
PHONE = "Apple-iPhone12C1/1804.52"
OUTLOOK = "Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0.13628; Pro)"
SCANNER = "Mozilla/5.0 zgrab/0.x"


class Chance:
    """Numbers that look random and are the same for ever: SHA-256 of a name and a count."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.count = 0

    def below(self, end: int) -> int:
        self.count += 1
        return int.from_bytes(hashlib.sha256(f"{self.name} {self.count}".encode()).digest()[:8]) % end

    def one_of(self, things: Sequence[Any]) -> Any:
        return things[self.below(len(things))]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def working_times(chance: Chance, day: datetime, count: int) -> list[datetime]:
    """``count`` moments of ``day``, most of them in working hours, few at the weekend."""
    if day.weekday() >= 5:
        count //= 4
    seconds = []
    for _ in range(count):
        hours = 7 * 3600 + chance.below(11 * 3600) if chance.below(10) < 8 else chance.below(24 * 3600)
        seconds.append(hours)
    return [day + timedelta(seconds=second, milliseconds=chance.below(1000)) for second in sorted(seconds)]


# -- requests to the mail server --------------------------------------------------------------

Request = dict[str, Any]

ORDINARY = [
    # share, method, stem, query, agent, status, who comes
    (24, "POST", "/Microsoft-Server-ActiveSync/default.eas", "User={user}&DeviceId=APPL{device}&DeviceType=iPhone&Cmd=Ping", PHONE, 200, OUTSIDE),
    (20, "POST", "/mapi/emsmdb/", "MailboxId={device}@brookwater.example", OUTLOOK, 200, STAFF),
    (16, "POST", "/owa/service.svc", "action=GetConversationItems&EP=1&ID=-{number}&AC=1", EDGE, 200, STAFF),
    (10, "POST", "/EWS/Exchange.asmx", "", OUTLOOK, 200, STAFF),
    (8, "GET", "/owa/", "", EDGE, 200, STAFF),
    (6, "GET", "/owa/auth/logon.aspx", "url=https%3a%2f%2fmail.brookwater.example%2fowa%2f&reason=0", EDGE, 200, OUTSIDE),
    (5, "POST", "/owa/auth.owa", "", EDGE, 302, OUTSIDE),
    (4, "POST", "/autodiscover/autodiscover.xml", "", OUTLOOK, 200, STAFF),
    (3, "GET", "/owa/auth/15.1.2106/themes/resources/segoeui-regular.ttf", "", EDGE, 200, OUTSIDE),
    (2, "GET", "/ecp/", "rfr=owa&p=personalsettings", EDGE, 200, STAFF[:2]),
    (2, "GET", "/ecp/15.1.2106.2/scripts/common.js", "", EDGE, 200, STAFF[:2]),
    (1, "POST", "/ecp/DDI/DDIService.svc/GetList", "schema=MailboxService&msExchEcpCanary=t{number}", EDGE, 200, STAFF[:1]),
    (1, "GET", "/.env", "", SCANNER, 404, PASSERS_BY),
    (1, "GET", "/wp-login.php", "", SCANNER, 404, PASSERS_BY),
]  # fmt: skip

SHELL = "/aspnet_client/errorEW.aspx"
BACK_END = f"ServerInfo~a]@{MAIL}:444"
FIRST, PROBE, SECOND = "103.77.192.219", "104.250.191.110", "157.230.221.198"
NO_VERSION, ANT = "ExchangeServicesClient/0.0.0.0", "antSword/v2.1"
ATTACK = [
    # time, from, method, stem, query, agent, status, anchor mailbox
    ("2021-02-28 03:41:09", PROBE, "GET", "/owa/", "", EDGE, 302, ""),
    ("2021-02-28 03:41:12", PROBE, "GET", "/rpc/", "", EDGE, 401, ""),
    ("2021-03-02 22:14:02", FIRST, "POST", "/ecp/y.js", "", NO_VERSION, 200, f"{BACK_END}/autodiscover/autodiscover.xml?#"),
    ("2021-03-02 22:14:05", FIRST, "POST", "/ecp/y.js", "", NO_VERSION, 200, f"{BACK_END}/mapi/emsmdb/?#"),
    ("2021-03-02 22:14:09", FIRST, "POST", "/ecp/y.js", "", NO_VERSION, 241, f"{BACK_END}/ecp/proxyLogon.ecp?#"),
    ("2021-03-02 22:14:21", FIRST, "POST", "/ecp/y.js", "", NO_VERSION, 200, f"{BACK_END}/ecp/DDI/DDIService.svc/GetObject?schema=OABVirtualDirectory#"),
    ("2021-03-02 22:14:27", FIRST, "POST", "/ecp/y.js", "", NO_VERSION, 200, f"{BACK_END}/ecp/DDI/DDIService.svc/SetObject?schema=ResetOABVirtualDirectory#"),
    ("2021-03-02 22:16:40", FIRST, "POST", SHELL, "", ANT, 200, ""),
    ("2021-03-03 01:05:12", FIRST, "POST", SHELL, "", ANT, 200, ""),
    ("2021-03-03 01:09:47", FIRST, "POST", SHELL, "", ANT, 200, ""),
    ("2021-03-03 01:22:30", FIRST, "POST", SHELL, "", ANT, 200, ""),
    ("2021-03-04 05:50:03", SECOND, "POST", "/owa/auth/Current/themes/resources/logon.css", "", EDGE, 200, f"{BACK_END}/autodiscover/autodiscover.xml?#"),
]  # fmt: skip


def requests_to_mail() -> list[Request]:
    """All requests of eight days, in the order of their time."""
    chance = Chance("requests")
    shares = [entry for entry in ORDINARY for _ in range(entry[0])]
    made: list[Request] = []
    for number in range(8):
        for time in working_times(chance, at("2021-02-26") + timedelta(days=number), 250):
            _, method, stem, query, agent, status, sources = chance.one_of(shares)
            user = chance.one_of(NAMES)
            filled = query.format(user=user, device=f"{chance.below(16**8):08X}", number=chance.below(10_000))
            signed_in = status == 200 and "logon" not in stem and "themes" not in stem
            made.append(
                {"time": time, "ip": chance.one_of(sources), "method": method, "stem": stem, "query": filled,
                 "agent": agent, "status": status, "user": f"BROOKWATER\\{user}" if signed_in else "",
                 "mailbox": f"Smtp~{user}@brookwater.example" if signed_in else "", "ms": 8 + chance.below(400)}
            )  # fmt: skip
    for text, ip, method, stem, query, agent, status, mailbox in ATTACK:
        made.append(
            {"time": at(text) + timedelta(milliseconds=chance.below(1000)), "ip": ip, "method": method, "stem": stem,
             "query": query, "agent": agent, "status": status, "user": "", "mailbox": mailbox, "ms": 40 + chance.below(900)}
        )  # fmt: skip
    return sorted(made, key=lambda request: request["time"])


W3C_FIELDS = (
    "date time s-computername s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) cs(Referer)"
    " sc-status sc-substatus sc-win32-status time-taken"
)


def iis_logs(requests: Sequence[Request]) -> Iterator[tuple[str, bytes]]:
    """IIS writes one W3C file a day, in UTC, with ``+`` for a blank."""
    for day in sorted({request["time"].date() for request in requests}):
        lines = [
            "#Software: Microsoft Internet Information Services 10.0",
            "#Version: 1.0",
            f"#Date: {day} 00:00:11",
            f"#Fields: {W3C_FIELDS}",
        ]
        for one in requests:
            if one["time"].date() == day:
                agent = one["agent"].replace(" ", "+")
                lines.append(
                    f"{one['time']:%Y-%m-%d %H:%M:%S} MAIL01 {MAIL_IP} {one['method']} {one['stem']} {one['query'] or '-'} 443"
                    f" {one['user'] or '-'} {one['ip']} {agent} - {one['status']} 0 0 {one['ms']}"
                )
        yield f"MAIL01/W3SVC1/u_ex{day:%y%m%d}.log", "".join(f"{line}\r\n" for line in lines).encode()


PROXY_FIELDS = (
    "DateTime,RequestId,MajorVersion,MinorVersion,BuildVersion,RevisionVersion,ClientRequestId,Protocol,UrlHost,UrlStem,"
    "ProtocolAction,AuthenticationType,IsAuthenticated,AuthenticatedUser,Organization,AnchorMailbox,UserAgent,"
    "ClientIpAddress,ServerHostName,HttpStatus,BackEndStatus,ErrorCode,Method,ProxyAction,TargetServer,"
    "TargetServerVersion,RoutingType,RoutingHint,BackEndCookie,ServerLocatorHost,ServerLocatorLatency,RequestBytes,"
    "ResponseBytes,TargetOutstandingRequests,AuthModulePerfContext,HttpPipelineLatency,CalculateTargetBackEndLatency,"
    "GlsLatencyBreakup,TotalGlsLatency,AccountForestLatencyBreakup,TotalAccountForestLatency,"
    "ResourceForestLatencyBreakup,TotalResourceForestLatency,ADLatency,SharedCacheLatencyBreakup,"
    "TotalSharedCacheLatency,ActivityContextLifeTime,ModuleToHandlerSwitchingLatency,ClientReqStreamLatency,"
    "BackendReqInitLatency,BackendReqStreamLatency,BackendProcessingLatency,BackendRespInitLatency,"
    "BackendRespStreamLatency,ClientRespStreamLatency,KerberosAuthHeaderLatency,HandlerCompletionLatency,"
    "RequestHandlerLatency,HandlerToModuleSwitchingLatency,ProxyTime,CoreLatency,RoutingLatency,HttpProxyOverhead,"
    "TotalRequestTime,RouteRefresherLatency,UrlQuery,BackEndGenericInfo,GenericInfo,GenericErrors,EdgeTraceId,"
    "DatabaseGuid,UserADObjectGuid,PartitionEndpointLookupLatency,RoutingStatus"
)
PROTOCOLS = {"/owa/": "Owa", "/ecp/": "Ecp", "/EWS/": "Ews"}


def proxy_logs(requests: Sequence[Request]) -> Iterator[tuple[str, bytes]]:
    """Exchange's front end writes CSV, a folder a protocol; a file holds an hour, here a day."""
    names = PROXY_FIELDS.split(",")
    chance = Chance("front end")
    held: dict[tuple[str, Any], list[str]] = {}
    for one in requests:
        protocol = next((name for start, name in PROTOCOLS.items() if one["stem"].startswith(start)), "")
        if not protocol:
            continue
        by_cookie = one["mailbox"].startswith("ServerInfo~")
        row = {
            "DateTime": f"{one['time']:%Y-%m-%dT%H:%M:%S}.{one['time'].microsecond // 1000:03d}Z",
            "RequestId": guid(chance), "MajorVersion": "15", "MinorVersion": "1", "BuildVersion": "2106", "RevisionVersion": "2",
            "Protocol": protocol, "UrlHost": HOST if not by_cookie else MAIL_IP, "UrlStem": one["stem"],
            "AuthenticationType": "FBA" if one["user"] else "", "IsAuthenticated": str(bool(one["user"])),
            "AuthenticatedUser": one["user"], "AnchorMailbox": one["mailbox"], "UserAgent": f'"{one["agent"]}"',
            "ClientIpAddress": one["ip"], "ServerHostName": "MAIL01", "HttpStatus": str(one["status"]),
            "BackEndStatus": str(one["status"]), "Method": one["method"], "ProxyAction": "Proxy", "TargetServer": MAIL,
            "TargetServerVersion": "15.01.2106.000", "RoutingType": "X-BEResource-Cookie" if by_cookie else "IntraForest",
            "RoutingHint": "X-BEResource-Cookie" if by_cookie else "MailboxGuidWithDomain",
            "RequestBytes": str(chance.below(4000)), "ResponseBytes": str(chance.below(9000)), "TotalRequestTime": str(one["ms"]),
            "UrlQuery": f"?{one['query']}" if one["query"] else "", "GenericInfo": "OnBeginRequest=0;",
        }  # fmt: skip
        held.setdefault((protocol, one["time"].date()), []).append(
            ",".join(row.get(name, "") for name in names)
        )
    for (protocol, day), rows in sorted(held.items()):
        head = [
            PROXY_FIELDS,
            "#Software: Microsoft Exchange Server",
            "#Version: 15.01.2106.002",
            "#Log-type: HttpProxy Logs",
            f"#Date: {day}T00:00:00.000Z",
            f"#Fields: {PROXY_FIELDS}",
        ]
        path = f"MAIL01/HttpProxy/{protocol}/HttpProxy_{day:%Y%m%d}00-1.LOG"
        yield path, "".join(f"{line}\r\n" for line in [*head, *rows]).encode()


def guid(chance: Chance) -> str:
    text = f"{chance.below(16**8):08x}{chance.below(16**12):012x}{chance.below(16**12):012x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


# -- Sysmon -----------------------------------------------------------------------------------


def hashes_of(name: str) -> str:
    """Hashes of a file that does not exist."""
    data = name.lower().encode()
    md5 = hashlib.md5(data, usedforsecurity=False).hexdigest()
    sha1 = hashlib.sha1(data, usedforsecurity=False).hexdigest()
    return f"SHA1={sha1.upper()},MD5={md5.upper()},SHA256={hashlib.sha256(data).hexdigest().upper()}"


def sysmon(host: str, time: datetime, event: int, fields: dict[str, str]) -> dict[str, Any]:
    stamp = f"{time:%Y-%m-%dT%H:%M:%S}.{time.microsecond // 1000:03d}"
    return {
        "SourceName": "Microsoft-Windows-Sysmon",
        "Channel": "Microsoft-Windows-Sysmon/Operational",
        "Hostname": host,
        "@timestamp": f"{stamp}Z",
        "EventID": event,
        "Task": str(event),
        "UtcTime": stamp.replace("T", " "),
        **fields,
    }


SYSTEM32 = "C:\\Windows\\System32\\"
WORKER = "c:\\windows\\system32\\inetsrv\\w3wp.exe"
POOL = f'{WORKER} -ap "MSExchangeOWAAppPool" -v "v4.0" -c "C:\\Program Files\\Microsoft\\Exchange Server\\V15\\bin"'
SHELL_FILE = "C:\\inetpub\\wwwroot\\aspnet_client\\errorEW.aspx"
EVERYDAY = [
    ("svchost.exe", SYSTEM32 + "svchost.exe -k netsvcs -p -s Schedule", "services.exe"),
    ("taskhostw.exe", "taskhostw.exe", "svchost.exe"),
    ("conhost.exe", "\\??\\" + SYSTEM32 + "conhost.exe 0xffffffff -ForceV1", "cmd.exe"),
    ("wevtutil.exe", '"wevtutil.exe" qe System /c:10 /f:text', "svchost.exe"),
    ("netsh.exe", '"netsh" interface tcp show global', "svchost.exe"),
    ("cmd.exe", 'cmd.exe /c "C:\\Scripts\\backup-check.cmd"', "svchost.exe"),
]
SHELL_COMMANDS = [
    ("2021-03-02 22:16:41", 'cmd /c cd /d "C:\\inetpub\\wwwroot\\aspnet_client"&whoami&echo [S]&cd&echo [E]'),
    ("2021-03-03 01:05:13", 'cmd /c cd /d C:\\inetpub\\wwwroot\\aspnet_client\\system_web&net group "Exchange Organization administrators" administrator /del /domain&echo [S]&cd&echo [E]'),
    ("2021-03-03 01:09:48", "rundll32 C:\\windows\\system32\\comsvcs.dll MiniDump lsass.dmp"),
    ("2021-03-03 01:22:31", "c:\\ProgramData\\7z a -t7z -r c:\\ProgramData\\it.zip c:\\ProgramData\\pst"),
]  # fmt: skip


def everyday_events(host: str, first: str, days: int, count: int) -> list[dict[str, Any]]:
    """Starts of processes, files, connections and lookups that mean nothing."""
    chance = Chance(host)
    made = []
    for number in range(days):
        for time in working_times(chance, at(first) + timedelta(days=number), count):
            name, command, parent = chance.one_of(EVERYDAY)
            common = {
                "ProcessId": str(900 + 4 * chance.below(5000)),
                "Image": SYSTEM32 + name,
                "User": "NT AUTHORITY\\SYSTEM",
            }
            kind = chance.below(10)
            if kind < 6:
                event, rest = 1, {
                    "CommandLine": command, "CurrentDirectory": SYSTEM32, "IntegrityLevel": "System",
                    "Hashes": hashes_of(name), "ParentImage": SYSTEM32 + parent, "ParentCommandLine": SYSTEM32 + parent,
                }  # fmt: skip
            elif kind < 8:
                event, rest = 11, {"TargetFilename": f"C:\\Windows\\Temp\\TMP{chance.below(10**6):06d}.tmp"}
            elif kind < 9:
                event, rest = (
                    22,
                    {"QueryName": chance.one_of(LOOKED_UP), "QueryStatus": "0", "QueryResults": "-"},
                )
            else:
                event, rest = 3, {
                    "Protocol": "tcp", "Initiated": "true", "SourceIp": MAIL_IP if host == MAIL else ORION_IP,
                    "SourcePort": str(49152 + chance.below(16000)), "DestinationIp": DNS_IP, "DestinationPort": "389",
                }  # fmt: skip
            made.append(sysmon(host, time, event, common | rest))
    return made


def mail_events() -> list[dict[str, Any]]:
    events = everyday_events(MAIL, "2021-02-26", 8, 60)
    system = {"User": "NT AUTHORITY\\SYSTEM", "ProcessId": "7316"}
    events.append(
        sysmon(MAIL, at("2021-03-02 22:14:31"), 11, {**system, "Image": WORKER, "TargetFilename": SHELL_FILE})
    )
    for text, command in SHELL_COMMANDS:
        name = (
            "cmd.exe"
            if command.startswith("cmd")
            else "rundll32.exe"
            if command.startswith("rundll32")
            else "7z.exe"
        )
        folder = "C:\\ProgramData\\" if name == "7z.exe" else SYSTEM32
        fields = {
            "Image": folder + name, "CommandLine": command, "CurrentDirectory": "c:\\windows\\system32\\inetsrv\\",
            "IntegrityLevel": "System", "Hashes": hashes_of(name), "ParentImage": WORKER, "ParentCommandLine": POOL,
        }  # fmt: skip
        events.append(sysmon(MAIL, at(text), 1, system | fields))
    return sorted(events, key=lambda event: event["UtcTime"])


BEACON = "7sbvaemscs0mc925tb99.appsync-api.us-west-2.avsvmcloud.com"
SECOND_NAME, SECOND_IP = "deftsecurity.com", "13.59.205.66"
BEACON_TIMES = [
    "2020-06-11 09:12:20",
    "2020-06-11 11:40:02",
    "2020-06-11 14:05:51",
    "2020-06-11 18:30:15",
    "2020-06-11 22:37:33",
]
CALLS = ["2020-06-11 22:39:10", "2020-06-12 03:02:58", "2020-06-12 03:40:21"]
PLUG_IN_HOST = "C:\\Program Files (x86)\\SolarWinds\\Orion\\SolarWinds.BusinessLayerHost.exe"
PLUG_IN = "C:\\Program Files (x86)\\SolarWinds\\Orion\\SolarWinds.Orion.Core.BusinessLayer.dll"
PLUG_IN_HASHES = (
    "SHA1=2F1A5A7411D015D01AAEE4535835400191645023,MD5=2C4A910A1299CDAE2A4E55988A2F102E,"
    "SHA256=019085A76BA7126FFF22770D71BD901C325FC68AC55AA743327984E89F4B0134"
)


def orion_events() -> list[dict[str, Any]]:
    events = everyday_events(ORION, "2020-06-08", 7, 22)
    own = {"ProcessId": "4120", "Image": PLUG_IN_HOST, "User": "NT AUTHORITY\\SYSTEM"}
    loaded = {
        "ImageLoaded": PLUG_IN, "FileVersion": "2020.2.5200.12394", "Company": "SolarWinds Worldwide, LLC.",
        "Hashes": PLUG_IN_HASHES, "Signed": "true", "Signature": "Solarwinds Worldwide, LLC", "SignatureStatus": "Valid",
    }  # fmt: skip
    events.append(sysmon(ORION, at("2020-06-08 05:02:44"), 7, own | loaded))
    for text in BEACON_TIMES:
        asked = {"QueryName": BEACON, "QueryStatus": "0", "QueryResults": "-"}
        events.append(sysmon(ORION, at(text), 22, own | asked))
    return sorted(events, key=lambda event: event["UtcTime"])


# -- the sensor -------------------------------------------------------------------------------

LOOKED_UP = [
    "ctldl.windowsupdate.com", "time.windows.com", "www.msftconnecttest.com", "api.solarwinds.com", "mail.brookwater.example",
    "dc1.brookwater.example", "billing.brookwater.example", "weather.example", "chlorine-supplier.example", "www.example.org",
]  # fmt: skip


def zeek(stream: str, time: datetime, chance: Chance, fields: dict[str, Any]) -> dict[str, Any]:
    return {
        "@stream": stream,
        "@system": SENSOR,
        "@proc": "zeek",
        "ts": round(time.timestamp(), 6),
        "uid": f"C{chance.below(16**12):012x}",
        **fields,
    }


def lookup(time: datetime, chance: Chance, source: str, name: str, answers: list[str]) -> dict[str, Any]:
    return zeek("dns", time, chance, {
        "id_orig_h": source, "id_orig_p": 49152 + chance.below(16000), "id_resp_h": DNS_IP, "id_resp_p": 53, "proto": "udp",
        "trans_id": chance.below(65536), "query": name, "qclass": 1, "qclass_name": "C_INTERNET", "qtype": 1,
        "qtype_name": "A", "rcode": 0, "rcode_name": "NOERROR", "AA": False, "TC": False, "RD": True, "RA": True,
        "answers": answers, "rejected": False,
    })  # fmt: skip


def connection(time: datetime, chance: Chance, source: str, target: str) -> dict[str, Any]:
    return zeek("conn", time, chance, {
        "id_orig_h": source, "id_orig_p": 49152 + chance.below(16000), "id_resp_h": target, "id_resp_p": 443, "proto": "tcp",
        "service": "ssl", "duration": (1 + chance.below(4000)) / 1000, "orig_bytes": 300 + chance.below(4000),
        "resp_bytes": 600 + chance.below(60000), "conn_state": "SF", "missed_bytes": 0, "history": "ShADadFf",
    })  # fmt: skip


def sensor_streams() -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """A week of the lookups and connections that leave the site."""
    chance = Chance("sensor")
    dns, conn = [], []
    for number in range(7):
        for time in working_times(chance, at("2020-06-08") + timedelta(days=number), 80):
            source, target = chance.one_of([*STAFF, ORION_IP]), chance.one_of(PASSERS_BY)
            dns.append(lookup(time, chance, source, chance.one_of(LOOKED_UP), [target]))
            if chance.below(3):
                conn.append(connection(time + timedelta(milliseconds=80), chance, source, target))
    dns += [lookup(at(text), chance, ORION_IP, BEACON, ["18.130.0.1"]) for text in BEACON_TIMES[:-1]]
    dns.append(lookup(at(BEACON_TIMES[-1]), chance, ORION_IP, BEACON, [SECOND_NAME, SECOND_IP]))
    conn += [connection(at(text), chance, ORION_IP, SECOND_IP) for text in CALLS]
    return sorted(dns, key=lambda row: row["ts"]), sorted(conn, key=lambda row: row["ts"])


# -- all of it --------------------------------------------------------------------------------


def json_lines(rows: Sequence[dict[str, Any]]) -> bytes:
    return "".join(json.dumps(row, separators=(",", ":")) + "\n" for row in rows).encode()


def files() -> dict[str, bytes]:
    """Each file's path in the folder and its bytes; those that end in ``.gz`` are packed."""
    requests = requests_to_mail()
    dns, conn = sensor_streams()
    return {
        **dict(iis_logs(requests)),
        **dict(proxy_logs(requests)),
        "MAIL01/sysmon.json.gz": gzip.compress(json_lines(mail_events()), mtime=0),
        "ORION01/sysmon.json": json_lines(orion_events()),
        "sensor/dns.log": json_lines(dns),
        "sensor/conn.log": json_lines(conn),
    }


def main() -> None:
    """Write the folder anew."""
    for path, data in files().items():
        target = FOLDER / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
        print(f"{len(data):>8} {path}")


if __name__ == "__main__":
    main()
