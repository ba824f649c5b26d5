"""Where a measure holds and where a firm is, as full names: 甘肃省白银市白银区."""

from __future__ import annotations

from functools import cache

from denggao.facts.divisions import current, divisions, full_name, names
from denggao.facts.errors import UserError
from denggao.rules.library import paying
from denggao.rules.paying import division_part


def region_named(text: str) -> str:
    """The full name of a division by its name or code, or of a place for which a measure was
    made (西安高新区). Raises UserError where it is not certain which is meant."""
    words = text.strip()
    own = {entry.region for versions in paying().values() for entry in versions}
    if words in own:
        return words
    found = _divisions(words) or sorted(place for place in own if place.endswith(words))
    if len(found) == 1:
        return found[0]
    if found:
        raise UserError(f"地区“{text}”有 {len(found)} 个：{'、'.join(found)}；请写全称")
    raise UserError(f"不认识的地区“{text}”；请写全称，如 甘肃省、甘肃省兰州市城关区，或六位代码")


def place_of(value: str | None, within: str) -> str | None:
    """The full name of a firm's district, from its code or name, in the part of the country
    that the list is about; ``None`` where that does not tell."""
    return None if value is None else _place(value.strip(), division_part(within))


@cache
def _place(words: str, within: str) -> str | None:
    """Of several of the name the one in the region, else in its city, else in its province; all
    of them, where none is even there."""
    found = _divisions(words)
    outer = [within, *_outer(within)]
    for region in outer:
        near = [name for name in found if name.startswith(region)]
        if near:
            return near[0] if len(near) == 1 else None
    return "或".join(found) or None


def _outer(name: str) -> list[str]:
    """What a division lies in, the nearest first."""
    around = [full_name(code) for code in divisions()]
    return sorted({n for n in around if name.startswith(n) and n != name}, key=len, reverse=True)


@cache
def _divisions(words: str) -> list[str]:
    """Every division that these words can mean: a code, a name, or names from the outside in."""
    if words.isdecimal() and len(words) == 6:
        code = current(words)
        return [full_name(code)] if code else []
    exact = list(dict.fromkeys(full_name(named.code) for named in names().get(words, ())))
    if exact:
        return exact
    for cut in range(2, len(words) - 1):
        outer, inner = _divisions(words[:cut]), names().get(words[cut:], ())
        inside = [
            full_name(n.code) for n in inner for o in outer if full_name(n.code).startswith(o)
        ]
        if inside:
            return list(dict.fromkeys(inside))
    return []


def covers(outer: str, inner: str) -> bool:
    """Does a measure of ``outer`` hold in the whole of ``inner``?"""
    return outer == "中国" or inner.startswith(outer)
