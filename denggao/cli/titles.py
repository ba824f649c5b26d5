"""``--titles``: certificates from a table or file of their own, and what is said of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from denggao.rules.engines.tally import Told
    from denggao.rules.nodes import Instrument

TITLES_HELP = (
    "资格证书的表，一张证书一行：统一社会信用代码（或企业表认企业的那一列）、资格名称、证书编号、"
    "发证日期、有效期至、撤销日期"
)
COMPLETE_HELP = "证书表是全的：表里没有的企业就是没有证书（缺省按不知道算）"
_SHOWN = 5


def tell(told: Told | None, instruments: Sequence[Instrument]) -> None:
    """What the certificates came to, or that there were none to judge by."""
    if told is None:
        tell_without(instruments)
    else:
        tell_titles(told, instruments)


def tell_without(instruments: Sequence[Instrument]) -> None:
    """The laws ask of certificates, and nobody gave any."""
    asked = questions(instruments)
    if asked:
        typer.echo(
            f"规范问到证书（{'、'.join(asked)}），没有给证书表，一律按未知算；用 --titles 给出"
        )


def questions(instruments: Sequence[Instrument]) -> list[str]:
    """What the laws ask of certificates, in their words."""
    from denggao.rules.engines.lowering.titles import asked_of

    kinds = {one.kind for one in asked_of(instruments)}
    return [f"持有 {kind}" for kind in sorted(kinds)]


def tell_titles(told: Told, instruments: Sequence[Instrument]) -> None:
    """What the certificates came to, in a few lines."""
    found, strangers = told.tally, ""
    if not questions(instruments):
        typer.echo("规范没有问到证书，证书表用不上")
    if found.strangers:
        strangers = f"，其中 {found.strangers} 张的企业不在企业表里（如 {found.stranger}），没有用"
    typer.echo(f"证书 {found.papers} 张{strangers}")
    lines = [
        (found.nobodys, "证书没有写企业的 {} 张，没有用"),
        (found.refused, "证书的日期不能用、按未知算的企业 {} 户（标记 OUT_OF_DOMAIN）"),
        (found.contradicting, "证书的日期前后矛盾、按未知算的企业 {} 户（标记 CONTRADICTION）"),
        (found.repeated, "企业表里重复写了的企业 {} 户，每一行都对上同样的证书"),
    ]
    for number, words in lines:
        if number:
            typer.echo(words.format(number))
    if found.unsaid and told.is_complete:
        typer.echo(f"证书表里没有的企业 {found.unsaid} 户，按没有证书算（--titles-complete）")
    elif found.unsaid:
        typer.echo(
            f"证书表里没有的企业 {found.unsaid} 户，有没有证书按未知算；"
            "证书表是全的，请加 --titles-complete"
        )
    _tell_words("看不出是哪种资格、按不知道算的写法", told.unclear)
    _tell_words("一格里写了几种资格、日期不知道是谁的写法", told.several)
    _tell_words("证书表里没有读的列", told.unread)


def _tell_words(what: str, words: Sequence[str]) -> None:
    if words:
        more = "……" if len(words) > _SHOWN else ""
        typer.echo(f"{what} {len(words)} 个：{'、'.join(words[:_SHOWN])}{more}")
