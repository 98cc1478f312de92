"""The field's words in plain ones: markings, types, acts and states, for somebody who reads no standard."""

from __future__ import annotations

from typing import Final

from tocsin.model.sectors import sectors

__all__ = [
    "ACTS",
    "KINDS",
    "MOMENTS",
    "STATES",
    "TLP_WORDS",
    "WEIGHTS",
    "audience_words",
    "pap_words",
]

TLP_WORDS: Final = {
    "clear": "It may be told to anybody.",
    "green": "It may be told within your community, but not published.",
    "amber": "It may be told within your organisation and to its clients who need to know.",
    "amber+strict": "It may be told within your organisation, and to nobody else.",
    "red": "It is for the named people alone: tell nobody else, not even colleagues.",
    "": "Its marking is not understood, so nobody else is shown it. Treat it as for your eyes alone.",
}
"""What each level of TLP 2.0 asks of one who reads (FIRST TLP 2.0)."""

_PAP: Final = {
    "clear": "There is no limit to what may be done with it.",
    "green": "It may be blocked and looked for actively.",
    "amber": "It may be looked for, in ways that its target does not notice: do not block it.",
    "red": "It may be looked for in your own logs, and nothing else: its target must not notice.",
}

ACTS: Final = {
    "publish": "published",
    "withdraw": "withdrew",
    "delete": "deleted",
    "submit": "sent something in",
    "vet": "vetted",
    "release": "released",
    "refuse": "refused",
    "member_add": "invited a member",
    "member_join": "joined as a member",
    "member_revoke": "ended a membership",
    "token_create": "made a token",
    "token_renew": "renewed a token",
    "token_revoke": "revoked a token",
    "source_add": "added a hub or source",
    "source_remove": "removed a source",
    "signin": "signed in",
    "init": "made this node",
    "restore": "restored a backup",
    "log_erase": "erased an entry of the log",
    "treat": "noted what is done about an exposure",
    "alias": "noted what a product's name means",
    "advisory_remove": "removed an advisory",
    "incident": "noted an incident",
    "posture": "noted which measures are in place",
    "gate": "kept a verdict of the gate",
    "statement": "noted or withdrew a statement of attribution",
}
"""What each act of the log is, as what somebody did."""

STATES: Final = {
    "new": "New: nobody has looked at it yet.",
    "vetted": "Vetted: somebody looked at it and found it good. It is not published yet.",
    "released": "Released: it is published to the members whom its marking allows.",
    "refused": "Refused: whoever sent it sees the reason.",
}
"""What each state of the inbox means."""

KINDS: Final = (
    "ransomware",
    "data-breach",
    "denial-of-service",
    "phishing",
    "account-takeover",
    "malware",
    "supply-chain",
    "control-system",
)
"""Kinds of incidents that are offered; any other word can be written."""

MOMENTS: Final = {
    "began": "The attack began",
    "detected": "Somebody here noticed",
    "believed": "It could be believed to be reportable",
    "determined": "It was determined to be reportable",
    "material": "It was determined to be material",
    "aware": "Aware that it is significant",
    "paid": "A ransom was paid",
    "contained": "The attacker was out",
    "recovered": "Things ran again",
    "asked": "An authority asked for more",
    "fixed": "A flaw could be mended",
    "ended": "The work on it ended",
}
"""What each moment of an incident is."""

WEIGHTS: Final = {
    3: "a court, a regulator or the victim under oath",
    2: "the victim, its responder or a government",
    1: "the press or a database",
    0: "nobody named",
}
"""How good the source of a statement is."""


def pap_words(pap: str) -> str:
    """What a level of PAP allows to be done."""
    return _PAP.get(pap, "")


def audience_words(name: str) -> str:
    """Whom a name of an audience means."""
    kind, _, rest = name.partition(":")
    match kind:
        case "sector":
            return next((f"the sector {one.name}" for one in sectors() if one.id == rest), name)
        case "community":
            return f"the community {rest}"
        case "person":
            return rest
        case "organisation":
            return f"the organisation {rest}"
        case "nobody":
            return "nobody: its audiences have no name in common"
    return name
