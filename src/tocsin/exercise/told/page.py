"""The page *exercise*: the 16 sectors filling as warnings spread, its twin for machines, and the report at the end."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

import msgspec
from starlette.responses import Response

from tocsin.errors import BadInput
from tocsin.exercise.score.result import Result
from tocsin.exercise.score.truth import Nation
from tocsin.exercise.told import report_page
from tocsin.exercise.told.board import STATES, Board, board_of
from tocsin.exercise.told.events import Events
from tocsin.exercise.told.report import headline, load
from tocsin.exercise.told.words import sentences
from tocsin.web.answers import HTML, json, page, present
from tocsin.web.door import Asked, Way

__all__ = ["exercise_ways"]

AGAIN_S: Final = 2
FEW: Final = 96
"""Owners up to which their marks are drawn large: a tile has room for six of these."""

_QUERY: Final = (("attack", "The id of an attack; without it the one in progress, or the last."),)


def exercise_ways(folder: Path) -> list[Way]:
    """The paths of the exercise in ``folder``, which may still be empty: for this node's own people."""
    desk = _Desk(folder, Events(folder / "events.jsonl"))
    about, kind = "The exercise: how far an attack and its warning have come.", "application/json"
    show, data = partial(_page, desk), partial(_json, desk)
    return [
        Way("/exercise", {"GET": show}, "person", about, query=_QUERY, own_only=True, nav="Exercise"),
        Way("/exercise.json", {"GET": data}, "person", about, Board, kind, query=_QUERY, own_only=True),
        Way(
            "/exercise/report",
            {"GET": partial(_report, desk)},
            "person",
            "The report of the exercise, to print.",
            own_only=True,
        ),
    ]


@dataclass(frozen=True, slots=True)
class _Desk:
    """An exercise's folder, and what was read of its events."""

    folder: Path
    events: Events

    def board(self, attack: str) -> Board:
        """The board as it stands."""
        events, broken = self.events.read()
        return board_of(self.nation(), events, attack, broken)

    def nation(self) -> Nation:
        """The nation; an empty one until it is written."""
        try:
            return msgspec.json.decode((self.folder / "nation.json").read_bytes(), type=Nation)
        except (FileNotFoundError, msgspec.DecodeError):
            # A file that is being written is not there yet.
            return Nation(owners=(), attacks=())

    def result(self) -> Result | None:
        """The result; None until it is scored, also where only its costs are noted."""
        try:
            return load(self.folder)
        except BadInput:
            return None


def _page(desk: _Desk, asked: Asked) -> Response:
    wanted = asked.query("attack")
    board = desk.board(wanted)
    result = desk.result() if board.stage == "done" else None
    response = page(
        asked,
        "exercise.html.j2",
        here="exercise",
        board=board,
        wanted=wanted if board.attack == wanted else "",
        happened=sentences(board.happened),
        words=STATES,
        few=FEW,
        result=result,
        headline=headline(result) if result else "",
        scored=next((one for one in result.attacks if one.id == board.attack), None) if result else None,
        tlp="clear",
    )
    if board.stage != "done" or result is None:
        response.headers["Refresh"] = str(AGAIN_S)
    return response


def _json(desk: _Desk, asked: Asked) -> Response:
    return json(desk.board(asked.query("attack")))


def _report(desk: _Desk, _asked: Asked) -> Response:
    made = present(desk.result())
    headers = {"Content-Security-Policy": report_page.policy()}
    return Response("".join(report_page.render(made)), media_type=HTML, headers=headers)
