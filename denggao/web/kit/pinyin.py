"""Pinyin of names, for search. pypinyin cuts each name into phrases, 0.2 ms a name; most phrases
read as their characters do one by one, so only the others are looked for."""

from __future__ import annotations

from functools import cache

#: Longer phrases with a reading of their own are proverbs.
_LONGEST = 3


def initials_and_full(name: str) -> str:
    """「hzkj huizekeji」, with what is not Chinese as it stands, in small letters."""
    syllables: list[str] = []
    position = 0
    while position < len(name):
        length, found = _phrase_at(name, position)
        syllables.extend(found or [_character(name[position])])
        position += length
    return f"{''.join(one[:1] for one in syllables)} {''.join(syllables)}"


def _phrase_at(name: str, position: int) -> tuple[int, tuple[str, ...]]:
    for length in range(_LONGEST, 1, -1):
        found = _phrases().get(name[position : position + length])
        if found:
            return length, found
    return 1, ()


@cache
def _character(letter: str) -> str:
    from pypinyin import Style, lazy_pinyin

    return "".join(lazy_pinyin(letter, style=Style.NORMAL, errors=lambda rest: rest.lower()))


@cache
def _phrases() -> dict[str, tuple[str, ...]]:
    """Phrases that do not read as their characters do alone: 重庆."""
    from pypinyin import phrases_dict
    from pypinyin.contrib.tone_convert import to_normal

    told = {
        phrase: tuple(to_normal(sound[0]) for sound in sounds)
        for phrase, sounds in phrases_dict.phrases_dict.items()
        if len(phrase) <= _LONGEST
    }
    return {p: sounds for p, sounds in told.items() if sounds != tuple(map(_character, p))}
