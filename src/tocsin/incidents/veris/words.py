"""The words of VERIS (its enumerations, 1.3 and 1.4) as a person would say them, and what they mean elsewhere.

Source: the schema of VERIS, github.com/vz-risk/veris (``verisc-enum.json``). A word that is not here is said as it
stands.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tocsin.incidents.incident import Determination

__all__ = [
    "ACTIONS",
    "ACTORS",
    "ASSETS",
    "ASSET_GROUPS",
    "AVAILABILITY",
    "CATEGORIES",
    "DATA",
    "DETERMINATIONS",
    "DISCLOSURES",
    "DISCOVERIES",
    "INTEGRITY",
    "KINDS",
    "METHODS",
    "NOT_SAID",
    "OT_ASSETS",
    "RESULTS",
    "TECHNIQUES",
    "VECTORS",
    "said",
]

NOT_SAID: Final = frozenset({"", "Unknown", "NA"})
"""Values with which a coder says that nothing is known, or that the question does not arise."""

DETERMINATIONS: Final[Mapping[str, Determination]] = {
    "Confirmed": Determination.CONFIRMED,
    "Suspected": Determination.SUSPECTED,
    "Near miss": Determination.FAILED_ATTEMPT,
    "False positive": Determination.FALSE_POSITIVE,
}

CATEGORIES: Final[Mapping[str, str]] = {
    "hacking": "Hacking",
    "malware": "Malware",
    "social": "Deceiving people",
    "error": "A mistake",
    "misuse": "Misuse from inside",
    "physical": "On site",
    "environmental": "Nature or surroundings",
    "unknown": "Something that is not known",
}
"""The kinds of actions, in the order of a usual reading, which is not that of the attack: VERIS has none."""

ACTIONS: Final[Mapping[str, Mapping[str, str]]] = {
    "hacking": {
        "Abuse of functionality": "using a function for what it was not made for",
        "AitM": "getting between two that talk to each other",
        "Backdoor": "making a back door",
        "Brute force": "guessing passwords",
        "CSRF": "having a signed-in user's browser ask for it (CSRF)",
        "Cryptanalysis": "breaking weak encryption",
        "Disable controls": "switching off protection",
        "DoS": "denial of service",
        "Evade Defenses": "hiding from protection",
        "Exploit misconfig": "using a wrong setting",
        "Exploit vuln": "using a vulnerability",
        "Footprinting": "looking around from outside",
        "Forced browsing": "asking for pages that are not linked",
        "Fuzz testing": "trying odd inputs",
        "Hijack": "taking over a function",
        "MitM": "getting between two that talk to each other",
        "OS commanding": "having the system run a command",
        "Offline cracking": "working out passwords from their hashes",
        "Pass-the-hash": "signing in with a hash instead of a password",
        "Path traversal": "reaching files outside the folder",
        "Profile host": "looking around on the machine",
        "Prompt injection": "talking a language model into it",
        "RFI": "having a remote file included",
        "Reverse engineering": "taking the software apart",
        "SQLi": "SQL injection",
        "Scan network": "scanning the network",
        "Session replay": "using a session again",
        "URL redirector abuse": "abusing a redirect",
        "Use of backdoor or C2": "coming in by a back door or remote control",
        "Use of stolen creds": "signing in with stolen or default credentials",
        "User breakout": "breaking out of a shared environment",
        "Virtual machine escape": "breaking out of a virtual machine",
        "XSS": "having a page run foreign script (XSS)",
    },
    "malware": {
        "AitM": "malware between two that talk to each other",
        "Adminware": "tools of administrators",
        "Backdoor": "a back door",
        "Backdoor or C2": "remote control",
        "Brute force": "malware that guesses passwords",
        "C2": "malware that takes commands",
        "Capture app data": "reading what programs handle",
        "Capture stored data": "collecting stored data",
        "Client-side attack": "an attack in the browser",
        "Destroy data": "destroying data",
        "Disable controls": "malware that switches off protection",
        "DoS": "malware for denial of service",
        "Downloader": "fetching more malware",
        "Evade Defenses": "malware that hides from protection",
        "Exploit misconfig": "malware that uses a wrong setting",
        "Exploit vuln": "malware that uses a vulnerability",
        "Export data": "sending data out",
        "In-memory": "malware in memory only",
        "Modify data": "malware in a legitimate file",
        "Packet sniffer": "listening on the network",
        "Pass-the-hash": "malware that signs in with hashes",
        "Password dumper": "collecting passwords of a machine",
        "Profile host": "malware that looks around on the machine",
        "RAM scraper": "reading the memory",
        "RAT": "a remote access trojan",
        "Ram scraper": "reading the memory",
        "Ransomware": "ransomware",
        "Rootkit": "a rootkit",
        "SQL injection": "malware that injects SQL",
        "Scan network": "malware that scans the network",
        "Spam": "malware that sends spam",
        "Spyware/Keylogger": "spyware or a keylogger",
        "Trojan": "a trojan",
        "Worm": "a worm",
    },
    "social": {
        "Baiting": "laying out bait",
        "Elicitation": "drawing people out in talk",
        "Evade Defenses": "deceiving around protection",
        "Influence": "putting pressure on people",
        "Phishing": "phishing",
        "Pretexting": "telling an invented story",
        "Prompt bombing": "asking for approval until somebody gives in",
        "Scam": "a swindle",
        "Spam": "spam to people",
    },
    "error": {
        "Capacity shortage": "too little capacity",
        "Classification error": "wrong label",
        "Data entry error": "wrong entry",
        "Disposal error": "thrown away without wiping",
        "Gaffe": "a careless word",
        "Loss": "something lost",
        "Maintenance error": "wrong maintenance",
        "Malfunction": "a technical fault",
        "Misconfiguration": "a wrong setting",
        "Misdelivery": "sent to the wrong one",
        "Misinformation": "wrong information given",
        "Physical accidents": "a physical accident",
        "Programming error": "a bug",
        "Publishing error": "private things published",
    },
    "misuse": {
        "Data mishandling": "handling data as it must not be",
        "Email misuse": "misuse of e-mail",
        "Evade Defenses": "an insider who hides from protection",
        "Illicit content": "forbidden content",
        "Knowledge abuse": "abuse of what one knows",
        "Net misuse": "misuse of the network",
        "Possession abuse": "abuse of what one holds",
        "Privilege abuse": "abuse of one's rights",
        "Snap picture": "a photograph taken of data",
        "Unapproved hardware": "devices that were not approved",
        "Unapproved software": "software that was not approved",
        "Unapproved workaround": "a shortcut that was not approved",
    },
    "physical": {
        "Bypassed controls": "getting past barriers",
        "Connection": "plugging something in",
        "Destruction": "destroying things",
        "Disabled controls": "disabling barriers",
        "Evade Defenses": "getting round watchmen",
        "Skimmer": "a card skimmer",
        "Snooping": "sneaking about",
        "Theft": "theft of things",
        "Wiretapping": "tapping a line",
    },
    "environmental": {
        "EMI": "electromagnetic interference",
        "ESD": "static electricity",
        "Hazmat": "hazardous material",
        "Pathogen": "disease",
        "Power failure": "power failure",
    },
}

VECTORS: Final[Mapping[str, str]] = {
    "3rd party desktop": "a remote desktop run by others",
    "Backdoor": "a back door",
    "Backdoor or C2": "a back door or remote control",
    "C2": "remote control",
    "Desktop sharing": "a remote desktop",
    "Desktop sharing software": "remote desktop software",
    "Direct install": "installing it by hand",
    "Download by malware": "a download by other malware",
    "Email autoexecute": "an e-mail that runs by itself",
    "IM": "instant messages",
    "In-person": "talking in person",
    "Inter-tenant": "another tenant",
    "LAN access": "the local network",
    "Network propagation": "spreading over the network",
    "Non-corporate": "places or networks of others",
    "Other network service": "another network service",
    "Partner": "a partner",
    "VPN": "a VPN",
    "Web application": "a web application",
    "Web application - download": "a download from the web",
    "Web application - drive-by": "a web page that attacks its visitors",
    "Web download": "a download from the web",
    "Web drive-by": "a web page that attacks its visitors",
}

RESULTS: Final[Mapping[str, str]] = {
    "Infiltrate": "got in",
    "Exfiltrate": "took data out",
    "Elevate": "gained rights",
    "Lateral movement": "moved on inside",
    "Deploy payload": "set off what it came for",
    "Persist": "stayed",
}

ASSET_GROUPS: Final[Mapping[str, str]] = {
    "S": "Server",
    "N": "Network",
    "U": "User's device",
    "T": "Public terminal",
    "M": "Medium",
    "P": "People",
    "E": "Embedded device",
}
ASSETS: Final[Mapping[str, str]] = {
    "DCS": "distributed control system",
    "Gas terminal": "fuel pump terminal",
    "ICS": "industrial control system",
    "IDS": "intrusion detection",
    "NAS": "network storage",
    "PBX": "telephone exchange",
    "PED pad": "card reader",
    "PLC": "controller (PLC)",
    "POS controller": "checkout server",
    "POS terminal": "checkout terminal",
    "RTU": "remote terminal unit",
    "SAN": "storage network",
    "VM host": "host of virtual machines",
    "WLAN": "wireless network",
}
OT_ASSETS: Final = frozenset({"N - PLC", "N - RTU", "S - DCS", "S - ICS", "E - Telematics"})
"""Assets that are operational technology whatever the record says of its other assets."""

DATA: Final[Mapping[str, str]] = {
    "API key": "credentials",
    "Bank": "financial",
    "Classified": "classified-material",
    "Copyrighted": "proprietary",
    "Credentials": "credentials",
    "Digital certificate": "credentials",
    "Internal": "proprietary",
    "Medical": "phi",
    "Multi-factor credential": "credentials",
    "Payment": "payment",
    "Personal": "pii",
    "Secrets": "proprietary",
    "Sensitive Personal": "pii",
    "Session key": "credentials",
    "Source code": "proprietary",
    "System": "system",
    "Virtual currency": "financial",
}
"""Kinds of data in the words that an impact uses."""

DISCLOSURES: Final[Mapping[str, str]] = {
    "Yes": "confirmed-loss",
    "Potentially": "suspected-loss",
    "No": "none",
}
INTEGRITY: Final[Mapping[str, str]] = {
    "Alter behavior": "people acted otherwise",
    "Created account": "an account was made",
    "Defacement": "content was defaced",
    "Fraudulent transaction": "a fraudulent transaction",
    "Hardware tampering": "a device was tampered with",
    "Log tampering": "logs were tampered with",
    "Misrepresentation": "somebody posed as another",
    "Modify authentication": "how one signs in was changed",
    "Modify configuration": "settings were changed",
    "Modify data": "data was changed",
    "Modify privileges": "rights were changed",
    "Register MFA device": "a second factor of the attacker was added",
    "Repurpose": "used for something else",
    "Software installation": "software was installed or changed",
}
AVAILABILITY: Final[Mapping[str, str]] = {
    "Acceleration": "it ran too fast",
    "Degradation": "it ran worse",
    "Destruction": "destroyed",
    "Interruption": "interrupted",
    "Loss": "lost",
    "Obscuration": "encrypted or made unreadable",
}

DISCOVERIES: Final[Mapping[str, str]] = {
    "Actor disclosure": "the attacker said so",
    "Break in discovered": "traces of a break-in",
    "Hids": "intrusion detection on a machine",
    "Incident response": "found while working on another incident",
    "It review": "a review of the systems",
    "Nids": "intrusion detection on the network",
    "Offboarding": "somebody leaving",
    "Reported by employee": "an employee",
    "Unrelated 3rd party": "somebody who had nothing to do with it",
}
METHODS: Final[Mapping[str, str]] = {
    "Actor disclosure": "message-from-attacker",
    "Antivirus": "automated-tool",
    "Data loss prevention": "automated-tool",
    "Hids": "automated-tool",
    "Infrastructure monitoring": "automated-tool",
    "Nids": "automated-tool",
    "Security alarm": "automated-tool",
    "Audit": "human-review",
    "Financial audit": "human-review",
    "It review": "human-review",
    "Log review": "human-review",
    "Reported by employee": "user-reporting",
}
"""How an incident was found in words of the incident extension (``detection-methods-ov``), where these fit."""

ACTORS: Final[Mapping[str, str]] = {
    "Acquaintance": "an acquaintance",
    "Activist": "activists",
    "Auditor": "an auditor",
    "Competitor": "a competitor",
    "Customer": "a customer",
    "Former employee": "a former employee",
    "Nation-state": "a state",
    "Organized crime": "organised crime",
    "State-affiliated": "somebody near a state",
    "Terrorist": "terrorists",
}
"""Attackers from outside where nobody gave them a name."""

KINDS: Final[Mapping[str, str]] = {
    "Ransomware": "ransomware",
    "DoS": "denial-of-service",
    "Phishing": "phishing",
}

TECHNIQUES: Final[Mapping[tuple[str, str], str]] = {
    ("hacking", "AitM"): "T1557",
    ("hacking", "Brute force"): "T1110",
    ("hacking", "Pass-the-hash"): "T1550.002",
    ("hacking", "Use of stolen creds"): "T1078",
    ("hacking", "Virtual machine escape"): "T1611",
    ("malware", "AitM"): "T1557",
    ("malware", "Brute force"): "T1110",
    ("malware", "Cryptocurrency mining"): "T1496",
    ("malware", "Destroy data"): "T1485",
    ("malware", "Pass-the-hash"): "T1550.002",
    ("malware", "Password dumper"): "T1003",
    ("malware", "Ransomware"): "T1486",
    ("malware", "Rootkit"): "T1014",
    ("social", "Phishing"): "T1566",
}
"""Where a word of VERIS and a technique of ATT&CK mean the same thing.

The published mapping (Center for Threat-Informed Defense, VERIS 1.4.0 to ATT&CK 16.1) relates most words to many
techniques, stolen credentials to 36; it relates each pair here as well. Any other word names no technique.
"""


def said(words: Mapping[str, str], word: str) -> str:
    """A word as a person says it."""
    return words.get(word) or (word if word[:2].isupper() else word[:1].lower() + word[1:])
