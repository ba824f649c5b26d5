"""What a table of certificates came to: told after every run, so that nothing is passed over in
silence."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tally:
    """Certificates: ``papers`` in all, ``strangers`` of firms that are not in the firms' table
    (``stranger`` is one of these), ``nobodys`` without a firm. Firms of that table: ``unsaid``
    have no row among the certificates, ``repeated`` stand in it more than once; ``refused`` have
    a date that cannot be taken, ``contradicting`` two that contradict each other."""

    papers: int
    strangers: int
    stranger: str
    nobodys: int
    unsaid: int
    repeated: int
    refused: int
    contradicting: int


@dataclass(frozen=True, slots=True)
class Told:
    """``unclear``: words for a kind that do not say which; ``several``: cells that name several
    kinds, so that their dates belong to none; ``unread``: heads that are no part of a
    certificate; ``is_complete``: who is not listed holds none."""

    tally: Tally
    unclear: tuple[str, ...]
    several: tuple[str, ...]
    unread: tuple[str, ...]
    is_complete: bool
