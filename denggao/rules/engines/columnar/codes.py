"""Columns that stand for codes: the same meaning as ``denggao.facts.codes``."""

from __future__ import annotations

import polars as pl

from denggao.facts.codes import INDUSTRY, LEVEL, REGION, industry_names, section_of


def canonical(text: pl.Expr, code: str) -> pl.Expr:
    """The code as prefixes are compared with it; null for what is not understood."""
    words = text.str.strip_chars()
    if code == "region":
        return words.str.extract(REGION, 1).str.replace(LEVEL, "")
    names = industry_names()
    named = words.replace_strict(names, default=None, return_dtype=pl.String)
    letter, digits = (words.str.to_uppercase().str.extract(INDUSTRY, i) for i in (1, 2))
    section = digits.str.slice(0, 2).replace_strict(
        section_of(), default=None, return_dtype=pl.String
    )
    fits = letter.is_null() | (letter == section)
    numbered = pl.when(digits.is_null()).then(letter).when(fits).then(section + digits)
    return pl.coalesce(named, numbered)
