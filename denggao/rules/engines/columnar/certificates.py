"""Certificates as Parquet beside a ledger of Parquet: heads matched, kinds by their full names,
days checked, one row for each firm that has any, joined to the ledger as it streams."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import or_
from pathlib import Path

import polars as pl

from denggao.facts.columnmap import ColumnMap
from denggao.facts.enterprise import CONTRADICTION, OUT_OF_DOMAIN
from denggao.facts.errors import UserError
from denggao.facts.identity import PLAIN_FORM, table_form
from denggao.facts.tableheads import TableHeads
from denggao.facts.titleheads import TitleHeads, title_heads
from denggao.facts.titlerows import NONE_WORDS, TELLING_NUMBER, TOLD_KIND, kinds_named
from denggao.facts.titles import Title, full_kind
from denggao.rules.engines.columnar.daycells import day_of
from denggao.rules.engines.columnar.titles import answers_by_firm
from denggao.rules.engines.lowering.days import Asked
from denggao.rules.engines.tally import Tally, Told

FIRM = "firm"
_PARTS = ("kind", "number", "issued_on", "valid_to", "cancelled_on")
_DAYS = _PARTS[2:]
_REFUSED, _TWICE, _COUNT, _LISTED = "§refused", "§twice", "§papers", "§listed"
_FLAGS = {_REFUSED: f"flag:{OUT_OF_DOMAIN}", _TWICE: f"flag:{CONTRADICTION}"}
#: More kinds than there can be titles.
_MOST = 10_000


@dataclass(frozen=True, slots=True)
class Certificates:
    """``papers``: one row for each certificate, and one without a kind for a firm that is said
    to hold none. ``meant``: words of the column of kinds → the kinds that they name."""

    papers: pl.LazyFrame
    is_code: bool
    meant: Mapping[str, tuple[str, ...]]
    unread: tuple[str, ...]
    is_complete: bool

    def joined(
        self, firms: pl.LazyFrame, identity: str, asked: Sequence[Asked], as_of: date
    ) -> pl.LazyFrame:
        """The firms, in their order, with a column for each question and the flags of their
        certificates; they are told by the column ``identity``."""
        found = self._by_firm(asked, as_of)
        keyed = firms.with_columns(_key(pl.col(identity), self.is_code).alias(FIRM))
        joined = keyed.join(found, on=FIRM, how="left", maintain_order="left")
        if self.is_complete:
            none = answers_by_firm(self._nobody(), asked, as_of, self._spelled()).collect()
            joined = joined.with_columns(
                pl.when(pl.col(_LISTED).is_null()).then(none[c][0]).otherwise(pl.col(c)).alias(c)
                for c in none.columns
                if c != FIRM
            )
        names = firms.collect_schema().names()
        raised = (_with_flag(flag, name, names) for name, flag in _FLAGS.items())
        return joined.with_columns(raised).drop(FIRM, _LISTED, _COUNT, *_FLAGS)

    def of(self, identities: Sequence[str | None]) -> list[tuple[Title, ...] | None]:
        """The certificates of each of these firms; ``None``: nobody spoke of them."""
        named = pl.DataFrame({FIRM: pl.Series(identities, dtype=pl.String)})
        keys = named.select(_key(pl.col(FIRM), self.is_code)).to_series().to_list()
        held: dict[str, list[Title]] = {}
        columns = (FIRM, "kind", *(["number"] if self._is_numbered else []), *_DAYS)
        for row in self.papers.select(columns).collect().iter_rows(named=True):
            ours = held.setdefault(row.pop(FIRM), [])
            if row["kind"] is not None:
                ours += [Title(**row | {"kind": kind}) for kind in row["kind"].split(_AND)]
        none: tuple[Title, ...] | None = () if self.is_complete else None
        return [tuple(held[key]) if key in held else none for key in keys]

    def told(self, firms: pl.LazyFrame, identity: str) -> Told:
        """What they came to beside these firms."""
        return Told(
            self._tally(firms.select(_key(pl.col(identity), self.is_code).alias(FIRM))),
            tuple(word for word, kinds in self.meant.items() if kinds == ("",)),
            tuple(word for word, kinds in self.meant.items() if len(kinds) > 1),
            self.unread,
            self.is_complete,
        )

    @property
    def _is_numbered(self) -> bool:
        return "number" in self.papers.collect_schema().names()

    def _spelled(self) -> dict[str, tuple[str, ...]]:
        several = sorted({kinds for kinds in self.meant.values() if len(kinds) > 1})
        named = {kind for kinds in several for kind in kinds}
        return {k: (k, *(_AND.join(kinds) for kinds in several if k in kinds)) for k in named}

    def _nobody(self) -> pl.LazyFrame:
        """A firm that is said to hold none."""
        return pl.LazyFrame(schema=self.papers.collect_schema()).clear(1)

    def _by_firm(self, asked: Sequence[Asked], as_of: date) -> pl.LazyFrame:
        known = self.papers.filter(pl.col(FIRM).is_not_null())
        whole = known.group_by(FIRM).agg(
            pl.col("kind").count().alias(_COUNT), pl.col(*_FLAGS).any()
        )
        whole = whole.with_columns(pl.lit(True).alias(_LISTED))
        told = answers_by_firm(known, asked, as_of, self._spelled())
        made = whole.join(told, on=FIRM, how="left") if asked else whole
        return made.collect(engine="streaming").lazy()

    def _tally(self, firms: pl.LazyFrame) -> Tally:
        count = pl.col("kind").count().alias(_COUNT)
        ours = self.papers.group_by(FIRM).agg(count, pl.col(*_FLAGS).any()).collect()
        known = ours.filter(pl.col(FIRM).is_not_null())
        listed = firms.unique().with_columns(pl.lit(True).alias(_LISTED))
        both = known.lazy().join(listed, on=FIRM, how="left").collect(engine="streaming")
        strange = both.filter(pl.col(_LISTED).is_null() & (pl.col(_COUNT) > 0))
        found = both.filter(pl.col(_LISTED).is_not_null())
        unsaid = firms.join(known.lazy(), on=FIRM, how="anti").select(pl.len())
        # hashed: the names of ten million firms need not be held at once
        seen = firms.drop_nulls().select(pl.col(FIRM).hash()).group_by(FIRM).len()
        repeated = seen.select((pl.col("len") > 1).sum())
        counts = pl.collect_all([unsaid, repeated], engine="streaming")
        return Tally(
            papers=int(ours[_COUNT].sum()),
            strangers=int(strange[_COUNT].sum()),
            stranger=str(strange[FIRM].min() or ""),
            nobodys=int(ours.filter(pl.col(FIRM).is_null())[_COUNT].sum()),
            unsaid=counts[0].item(),
            repeated=counts[1].item(),
            refused=int(found[_REFUSED].sum()),
            contradicting=int(found[_TWICE].sum()),
        )


def _with_flag(flag: str, name: str, names: Sequence[str]) -> pl.Expr:
    raised = pl.col(name).fill_null(value=False)
    return (pl.col(flag).fill_null(value=False) | raised if flag in names else raised).alias(flag)


def scan_certificates(
    path: Path,
    as_of: date,
    firms: TableHeads,
    columns: ColumnMap | None = None,
    *,
    is_complete: bool = False,
) -> Certificates:
    """Match the heads of a Parquet file of certificates; ``firms``: those of the ledger. Raises
    UserError when it cannot be read, does not tell the firms as the ledger does, or holds no
    certificates."""
    where = f"「{path.name}」"
    if not path.is_file():
        raise UserError(f"没有文件“{path}”")
    try:
        frame = pl.scan_parquet(path)
        schema = frame.collect_schema()
    except (OSError, pl.exceptions.PolarsError):
        raise UserError(f"{where}读不出来，应是 Parquet 文件") from None
    heads = title_heads(schema.names(), as_of, where, firms, columns)
    meant = _words(frame, heads, where)
    work = _Reader(frame, schema, meant, where)
    papers = pl.concat([work.group(kind, group, heads) for kind, group in heads.groups.items()])
    if any("number" in group for group in heads.groups.values()):
        papers = _mended(papers)
    else:
        papers = papers.drop("number")
    papers = papers.with_columns(
        (pl.col(_TWICE) | (pl.col("valid_to") < pl.col("issued_on"))).fill_null(value=False)
    )
    papers = papers.collect(engine="streaming").lazy()  # asked more than once
    return Certificates(papers, heads.is_code, meant, heads.unread, is_complete)


_AND = "、"


def _key(column: pl.Expr, is_code: bool) -> pl.Expr:
    """A column that tells the firm, in the form in which two tables are compared."""
    wide, narrow, gone = table_form(is_code)
    stated = column.cast(pl.String)
    is_plain = stated.str.contains(PLAIN_FORM)
    text = pl.when(~is_plain).then(stated).str.strip_chars()  # the few: nulls cost nothing
    text = text.str.replace_many([*wide, *gone], [*narrow, *("" for _ in gone)])
    text = text.str.to_uppercase()
    return pl.when(is_plain).then(stated).when(text != "").then(text)


def _word(column: pl.Expr) -> pl.Expr:
    """A cell of text without the blanks around it; null where it says nothing."""
    text = column.cast(pl.String).str.strip_chars()
    return pl.when(~text.is_in(["", *NONE_WORDS])).then(text)


def _words(frame: pl.LazyFrame, heads: TitleHeads, where: str) -> dict[str, tuple[str, ...]]:
    head = heads.groups.get("", {}).get("kind")
    if head is None:
        return {}
    words = frame.select(_word(pl.col(head)).alias("word")).unique().head(_MOST + 1)
    found = words.collect(engine="streaming").to_series().drop_nulls().sort().to_list()
    if len(found) >= _MOST:
        raise UserError(f"{where}的“{head}”有 {_MOST} 种以上写法，不像资格的名称；请核对这一列")
    return {word: kinds_named(word) for word in found}


@dataclass(frozen=True, slots=True)
class _Reader:
    frame: pl.LazyFrame
    schema: pl.Schema
    meant: Mapping[str, tuple[str, ...]]
    where: str

    def group(self, implied: str, group: Mapping[str, str], heads: TitleHeads) -> pl.LazyFrame:
        """The certificates that these columns tell of; they have a kind then, "" where it is
        not known which. A row without a kind says that the firm holds none."""
        read = {part: self._day(group.get(part)) for part in _DAYS}
        days = {part: day for part, (day, _) in read.items()}
        refused = reduce(or_, (lost for _, lost in read.values()))
        number = _word(pl.col(group["number"])) if "number" in group else _NO_TEXT
        is_one = reduce(or_, (x.is_not_null() for x in (number, *days.values()))) | refused
        kind = pl.lit(full_kind(implied))
        if not implied:
            is_told = number.str.contains(TELLING_NUMBER).fill_null(value=False)
            kind = pl.when(is_told).then(pl.lit(TOLD_KIND)).otherwise(pl.lit(""))
        if "kind" in group:
            word = _word(pl.col(group["kind"]))
            kind, several = self._kind(word, kind, is_one)
            days = {part: pl.when(~several).then(day) for part, day in days.items()}
        columns = {"kind": kind, "number": number, **days, _REFUSED: refused}
        key = _key(pl.col(heads.identity), heads.is_code).alias(FIRM)
        # steps on the way are dropped; a row that says nothing of certificates too
        made = self.frame.select(key, is_one.alias(_LISTED), **columns)
        made = made if "kind" in group else made.filter(pl.col(_LISTED))
        return made.drop(_LISTED).with_columns(pl.lit(False).alias(_TWICE))

    def _kind(self, word: pl.Expr, unclear: pl.Expr, is_one: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
        """The kind in full, several in one cell joined; and: are there several?"""
        names = {w: _AND.join(kinds) for w, kinds in self.meant.items()}
        open_ = [w for w, kinds in self.meant.items() if kinds == ("",)]
        more = [w for w, kinds in self.meant.items() if len(kinds) > 1]
        named = word.replace_strict(names, default=None, return_dtype=pl.String) if names else word
        told = pl.when(word.is_in(open_)).then(unclear).otherwise(named)
        none = pl.when(is_one).then(unclear)
        return (
            pl.when(word.is_null()).then(none).otherwise(told),
            word.is_in(more).fill_null(value=False),
        )

    def _day(self, head: str | None) -> tuple[pl.Expr, pl.Expr]:
        """(the day, null where there is none; is there a value that is none?)"""
        if head is None:
            return pl.lit(None, dtype=pl.Date), pl.lit(False)
        column, kind = pl.col(head), self.schema[head]
        made = day_of(column, kind)
        said = _word(column) if kind == pl.String else column
        return made, said.is_not_null() & made.is_null()


_NO_TEXT = pl.lit(None, dtype=pl.String)


def _mended(papers: pl.LazyFrame) -> pl.LazyFrame:
    """Rows of one number are one certificate: what one leaves out the other may say; where they
    end on different days, the end is not known (``facts.titlemerge``)."""
    over = [FIRM, "kind", "number"]
    is_one = pl.col("cancelled_on").is_null() & pl.col("number").is_not_null()
    until, issued = pl.col("valid_to"), pl.col("issued_on")
    rows = papers.filter(is_one).group_by(over).agg(
        until.min().alias("§first"),
        until.max().alias("§last"),
        issued.filter(until.is_null()).min().alias("§begun"),
        pl.len().alias("§rows"),
    )  # fmt: skip
    twice = rows.filter(pl.col("§rows") > 1).drop("§rows")  # few: cheaper than windows
    return (
        papers.join(twice, on=over, how="left", nulls_equal=True)
        .with_columns(
            (is_one & (pl.col("§first") < pl.col("§last"))).fill_null(value=False).alias(_TWICE),
            pl.when(~(is_one & until.is_null() & pl.col("§first").is_not_null()))
            .then(pl.col("kind"))
            .alias("kind"),
            pl.when(is_one & until.is_not_null())
            .then(pl.coalesce("issued_on", "§begun"))
            .otherwise(issued)
            .alias("issued_on"),
        )
        .with_columns(pl.when(~pl.col(_TWICE)).then(until).alias("valid_to"))
        .drop("§first", "§last", "§begun")
    )
