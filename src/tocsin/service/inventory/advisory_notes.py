"""What people here do with advisories: mark them as read, comment on them, remove them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from tocsin.errors import BadInput, NothingToCheck
from tocsin.limits import COMMENT_CHARACTERS
from tocsin.service.exchange.node import Node
from tocsin.store import log
from tocsin.store.advisories import remove_advisories
from tocsin.store.comments import Comment, forget_comments, keep_comment
from tocsin.store.headlines import Headline, heads_named, mark_read
from tocsin.transparency.entry import Act

__all__ = ["advisories_called", "comment", "mark", "remove"]


def advisories_called(connection: Connection, id: str, form: str = "") -> list[Headline]:
    """The advisories that are called ``id``, of ``form`` if that is given; one for each feed that brings it.

    Raises:
        NothingToCheck: there is none.
    """
    found = [one for one in heads_named(connection, id) if form in {"", one.form}]
    if not found:
        what = f"no advisory here is called {id}" + (f" and has the form {form}" if form else "")
        raise NothingToCheck(what, hint=f"See which speak of it: tocsin advisory list --cve {id}")
    return found


def mark(node: Node, ids: Sequence[str] | None, *, by: str) -> int:
    """Mark advisories as read, or all with None; returns how many were not before.

    Raises:
        NothingToCheck: none is called so; then none is marked.
    """
    now_us = node.now_us

    def act(connection: Connection) -> int:
        numbers = (
            None
            if ids is None
            else [one.number for id in dict.fromkeys(ids) for one in advisories_called(connection, id)]
        )
        return mark_read(connection, numbers, now_us=now_us, by=by)

    return node.write(act)


def comment(node: Node, id: str, text: str, *, form: str = "", by: str) -> Comment:
    """Keep a comment on an advisory; it stays whatever its publisher changes.

    Raises:
        NothingToCheck: none is called so.
        BadInput: the comment is empty or too long, or ``id`` means advisories of several forms.
    """
    said = text.strip()
    if not said:
        raise BadInput("the comment is empty")
    if len(said) > COMMENT_CHARACTERS:
        raise BadInput(
            f"the comment has {len(said):,} characters, and at most {COMMENT_CHARACTERS:,} are kept"
        )
    made = Comment(node.now_us, by, said.replace("\0", "\ufffd"))

    def act(connection: Connection) -> Comment:
        one = _of_one_form(advisories_called(connection, id, form), id)[0]
        keep_comment(connection, one.form, one.id, made)
        return made

    return node.write(act)


def remove(node: Node, id: str, *, form: str = "", by: str) -> list[Headline]:
    """Forget an advisory, its earlier versions and the comments on it, of whichever feed; it is an act in the log.

    The feed brings it back when it lists another version of it.

    Raises:
        NothingToCheck: none is called so.
        BadInput: ``id`` means advisories of several forms.
    """
    now_us = node.now_us

    def act(connection: Connection) -> list[Headline]:
        found = _of_one_form(advisories_called(connection, id, form), id)
        remove_advisories(connection, [one.number for one in found], now_us=now_us, by=by)
        forget_comments(connection, found[0].form, found[0].id)
        subject = {"advisory": found[0].id, "form": found[0].form, "version": found[0].revision}
        log.append(connection, [node.salted_for_others(Act.ADVISORY_REMOVE, by, subject, now_us)])
        return found

    return node.write(act)


def _of_one_form(found: Sequence[Headline], id: str) -> list[Headline]:
    forms = sorted({one.form for one in found})
    if len(forms) > 1:
        raise BadInput(
            f"{id} is an advisory of the forms {', '.join(forms)}", hint=f"Say which: --form {forms[0]}"
        )
    return [one for one in found if one.id == found[0].id]
