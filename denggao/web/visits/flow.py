"""诉求的流转, as one table: what may be done, from where, to where, and what it needs."""

from __future__ import annotations

from typing import NamedTuple

RECEIVED, ASSIGNED, WORKING = "received", "assigned", "working"
DONE, REVISITED, CLOSED, CANNOT = "done", "revisited", "closed", "cannot"

#: State → what our pages call it, and which of the five words of the 问题台账 it is.
STATES: dict[str, tuple[str, str]] = {
    RECEIVED: ("受理中", "受理中"),
    ASSIGNED: ("已交办", "办理中"),
    WORKING: ("办理中", "办理中"),
    DONE: ("办结待回访", "办结中"),
    REVISITED: ("已回访待销号", "办结中"),
    CLOSED: ("已销号", "完全办结"),
    CANNOT: ("暂无法办结", "暂无法办结"),
}
#: The clock runs in these.
OPEN = (RECEIVED, ASSIGNED, WORKING)
SATISFACTION = ("满意", "基本满意", "不满意")


class Move(NamedTuple):
    """One thing that may be done. ``to`` "": the state stays. ``needs``: which answers of the
    form must be filled in (unit, note, satisfaction)."""

    code: str
    name: str
    sources: tuple[str, ...]
    to: str
    needs: tuple[str, ...] = ()
    #: It is the answer that the firm waits for.
    answers: bool = False
    permission: str = "casework.edit"


MOVES: dict[str, Move] = {
    move.code: move
    for move in (
        Move("assign", "交办", (RECEIVED, ASSIGNED, WORKING), ASSIGNED, ("unit",)),
        Move("start", "签收办理", (ASSIGNED,), WORKING),
        Move("progress", "答复和进展", (WORKING,), "", ("note",), answers=True),
        Move("finish", "办结", (ASSIGNED, WORKING), DONE, ("note",), answers=True),
        Move("cannot", "暂无法办结", OPEN, CANNOT, ("note",), answers=True),
        Move("resume", "恢复办理", (CANNOT,), WORKING, ("note",)),
        Move("revisit", "回访", (DONE,), REVISITED, ("satisfaction", "note")),
        Move("return", "回访不满意，退回重办", (DONE,), WORKING, ("satisfaction", "note")),
        Move("close", "销号", (REVISITED,), CLOSED),
        Move("reopen", "重新办理", (REVISITED, CLOSED), WORKING, ("note",)),
        Move("chase", "催办", OPEN, "", ("note",)),
        Move("supervise", "督办", (*OPEN, CANNOT), "", ("note",)),
    )
}


def moves_from(state: str) -> list[Move]:
    """What may be done with a ticket in this state."""
    return [move for move in MOVES.values() if state in move.sources]


def resolved(code: str, satisfaction: str) -> Move:
    """The move that an answer means: a firm that is not satisfied sends its ticket back."""
    if code == "revisit" and satisfaction == SATISFACTION[-1]:
        return MOVES["return"]
    return MOVES[code]


def state_of(word: str) -> str | None:
    """The state that a word of a 问题台账 means."""
    plain = {
        "受理中": RECEIVED, "办理中": WORKING, "办结中": DONE, "完全办结": CLOSED,
        "已办结": CLOSED, "暂无法办结": CANNOT,
    }  # fmt: skip
    return plain.get(word.strip())
