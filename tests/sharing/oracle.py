"""The rules of sharing once more, as plain ifs from their text; it shares no line with the policy's expression."""

from __future__ import annotations

from tocsin.sharing.label import Label
from tocsin.sharing.viewer import Viewer

CLEAR, GREEN, AMBER, STRICT, RED, ODD = range(6)


def may_see(viewer: Viewer, label: Label) -> bool:
    """Whether the one who asks may read an object here."""
    answer = _first(viewer, label)
    if answer is not None:
        return answer
    if viewer.relation in ("reader", "peer"):
        # Anybody reads what is CLEAR and for everybody, ours or passed on, but nothing that waits in the inbox.
        if label.tlp != CLEAR or len(label.audience) > 0:
            return False
        if label.channel == "submitted":
            return False
        return not (label.channel == "received" and label.origin == "")
    # A member, a client, or both.
    if label.channel == "submitted":
        return False
    if not _meant_for(viewer, label):
        return False
    if label.origin == "":
        return label.channel == "published"
    if label.tlp == CLEAR:
        return True
    if label.tlp == GREEN:
        return True
    if label.tlp == AMBER:
        return viewer.relation in ("client", "client_member")
    return False


def may_be_sent(viewer: Viewer, label: Label) -> bool:
    """Whether this node may send the one who asks something made from the object."""
    if viewer.relation != "peer":
        return may_see(viewer, label)
    answer = _first(viewer, label)
    if answer is not None:
        return answer
    if label.channel == "submitted":
        return False
    if not _meant_for(viewer, label):
        return False
    if label.origin == "":
        return label.channel == "published"
    return label.tlp in (CLEAR, GREEN)


def _first(viewer: Viewer, label: Label) -> bool | None:
    """What holds before all else; None where it does not decide."""
    if label.tlp == ODD:
        return viewer.relation == "own" and viewer.person != "" and viewer.ceiling == RED
    if label.tlp > viewer.ceiling:
        return False
    if label.tlp == RED:
        if viewer.person == "":
            return False
        if "person:" + viewer.person not in label.audience:
            return False
    if viewer.relation == "own":
        return True
    if viewer.organisation != "" and viewer.organisation == label.origin:
        return True
    return None


def _meant_for(viewer: Viewer, label: Label) -> bool:
    if len(label.audience) == 0:
        return True
    for name in label.audience:
        if name in viewer.groups:
            return True
        if viewer.person != "" and name == "person:" + viewer.person:
            return True
    return False
