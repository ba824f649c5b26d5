"""What the dialects of SQL have in their own words. Every cast, literal and day is written here.

Whole numbers are BIGINT where the catalogue's bounds allow it, and otherwise of 38 digits
(NUMERIC, HUGEINT, DECIMAL(38, 0)): no double before a verdict, no division, no session's time
zone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

#: The first day of the calendar of ``date.toordinal``.
_FIRST = "DATE '0001-01-01'"
#: What is cut off both ends of a code: blanks, line ends, the wide blank.
_WHITE = "\u00a0\u3000"
#: The same as a pattern, without a class of characters: some engines match bytes.
_BLANK = f"(?: |\\t|\\r|\\n|{'|'.join(_WHITE)})+"
_BLANKS_AT_ENDS = f"^{_BLANK}|{_BLANK}$"


@dataclass(frozen=True, slots=True)
class Dialect:
    """One dialect. ``fence``: ends a query that the planner must not merge with the next, or it
    would write every expression out again wherever it is read. ``apart``: stands after SELECT
    where the engine must not make one method of this query and the next (``sql.fences``)."""

    name: str
    integer: str
    wide: str
    real: str
    text: str
    boolean: str
    quote_mark: str
    fence: str
    blanks: str
    escapes: bool  # backslashes in a literal are escapes
    longest_name: int | None  # bytes
    matched: Callable[[str, str], str]  # does a text match a pattern?
    group: Callable[[str, str, int], str]  # what a group of the pattern matched, or null
    ordinal: Callable[[str], str]
    moved: Callable[[str, int, int], str]  # day number, months, days → day number
    day_in_shanghai: Callable[[str], str]  # of an instant, whatever the session's time zone
    real_of_wide: Callable[[str], str] = field(default=lambda x: x)
    places: Callable[[str], str] | None = None  # of a number, trailing zeros not counted
    steps: Callable[[str, int, int, int], str] = field(  # of a decimal of this size and places
        default=lambda number, size, places, scale: _cast(times(number, scale), "BIGINT")
    )
    apart: str = ""
    day: str = "DATE"
    number: str = "NUMERIC(21, 4)"  # of a column that holds any fact
    #: LEAST, GREATEST, CONCAT_WS may be null where one argument is; no VALUES after FROM; TRIM
    #: may take its blanks for one text, or for bytes; a long literal may be a double.
    strict: bool = False
    ascii_names: bool = False  # of tables and views
    notes: tuple[str, ...] = ()  # for who runs the statement
    spelled: Callable[[str], str] = field(default=lambda text: text)  # the whole statement

    def name_of(self, name: str) -> str:
        """A quoted identifier."""
        mark = self.quote_mark
        return f"{mark}{name.replace(mark, mark * 2)}{mark}"

    def path_of(self, name: str) -> str:
        """A quoted name of a table, 模式.表."""
        return ".".join(self.name_of(part) for part in name.split("."))

    def trimmed(self, text: str) -> str:
        """Without the blanks at both ends."""
        if not self.strict:
            return f"TRIM(BOTH {self.blanks} FROM {text})"
        blanks = self.literal(_BLANKS_AT_ENDS)
        return f"REGEXP_REPLACE({text}, {blanks}, '')"

    def literal(self, text: str) -> str:
        """A quoted text, in one line."""
        is_broken = "\n" in text or "\r" in text
        if self.escapes or is_broken:
            text = text.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r")
        quote = "\\'" if self.escapes else "''"
        mark = "E" if is_broken and not self.escapes else ""
        return f"{mark}'" + text.replace("'", quote) + "'"


def times(number: str, scale: int) -> str:
    """The product with a whole number."""
    return number if scale == 1 else f"{number} * {scale}"


def _steps_of_duckdb(number: str, size: int, places: int, scale: int) -> str:
    """A product of decimals of up to 18 digits may have no more there: 38 digits, which take
    twenty times as long, only for the few numbers that need them."""
    short = _cast(times(number, scale), "BIGINT")
    if size > 18 or size + len(str(scale)) - 1 <= 18:
        return short
    most = Decimal((10**18 - 1) // scale).scaleb(-places)
    wide = _cast(times(_cast(number, f"DECIMAL(38, {places})"), scale), "BIGINT")
    return f"CASE WHEN {number} BETWEEN -{most:f} AND {most:f} THEN {short} ELSE {wide} END"


def _cast(text: str, kind: str) -> str:
    return f"CAST({text} AS {kind})"


def _days_of(base: str, day: str) -> str:
    return f"CAST({day} - {base} AS BIGINT) + 1"


POSTGRES = Dialect(
    name="postgres",
    integer="BIGINT",
    wide="NUMERIC",
    real="DOUBLE PRECISION",
    text="TEXT",
    boolean="BOOLEAN",
    quote_mark='"',
    fence="OFFSET 0",
    blanks=f"E' \\t\\r\\n{_WHITE}'",
    escapes=False,
    longest_name=63,
    matched=lambda text, pattern: f"{text} ~ {pattern}",
    group=lambda text, pattern, i: f"(REGEXP_MATCH({text}, {pattern}))[{i}]",
    day_in_shanghai=lambda instant: f"CAST({instant} AT TIME ZONE 'Asia/Shanghai' AS DATE)",
    ordinal=lambda day: _days_of(_FIRST, day),
    moved=lambda number, months, days: _days_of(
        _FIRST,
        f"CAST({_FIRST} + CAST({number} - 1 AS INTEGER)"
        f" + INTERVAL '{months} months {days} days' AS DATE)",
    ),
    places=lambda number: f"MIN_SCALE({number})",
    notes=("PostgreSQL 13 以上（用到 MIN_SCALE）",),
)
DUCKDB = Dialect(
    name="duckdb",
    integer="BIGINT",
    wide="HUGEINT",
    real="DOUBLE",
    text="VARCHAR",
    boolean="BOOLEAN",
    quote_mark='"',
    fence="",
    blanks=f"E' \\t\\r\\n{_WHITE}'",
    escapes=False,
    longest_name=None,
    matched=lambda text, pattern: f"REGEXP_MATCHES({text}, {pattern})",
    group=lambda text, pattern, i: f"NULLIF(REGEXP_EXTRACT({text}, {pattern}, {i}), '')",
    day_in_shanghai=lambda instant: f"CAST({instant} AT TIME ZONE 'Asia/Shanghai' AS DATE)",
    ordinal=lambda day: _days_of(_FIRST, day),
    moved=lambda number, months, days: _days_of(
        _FIRST,
        f"CAST({_FIRST} + CAST({number} - 1 AS INTEGER)"
        f" + INTERVAL ({months}) MONTH + INTERVAL ({days}) DAY AS DATE)",
    ),
    steps=_steps_of_duckdb,
    # straight to a double, it would be rounded twice
    real_of_wide=lambda number: _cast(number, "VARCHAR"),
)
SPARK = Dialect(
    name="spark",
    integer="BIGINT",
    wide="DECIMAL(38, 0)",
    real="DOUBLE",
    text="STRING",
    boolean="BOOLEAN",
    quote_mark="`",
    fence="",
    blanks=f"' \\t\\r\\n{_WHITE}'",
    escapes=True,
    longest_name=None,
    matched=lambda text, pattern: f"{text} RLIKE {pattern}",
    group=lambda text, pattern, i: f"NULLIF(REGEXP_EXTRACT({text}, {pattern}, {i}), '')",
    day_in_shanghai=lambda instant: (
        "CAST(FROM_UTC_TIMESTAMP(TO_UTC_TIMESTAMP("
        f"{instant}, CURRENT_TIMEZONE()), 'Asia/Shanghai') AS DATE)"
    ),
    ordinal=lambda day: f"CAST(DATEDIFF({day}, {_FIRST}) AS BIGINT) + 1",
    moved=lambda number, months, days: (
        "CAST(DATEDIFF(DATE_ADD(ADD_MONTHS("
        f"DATE_ADD({_FIRST}, CAST({number} - 1 AS INT)), {months}), {days}), {_FIRST})"
        " AS BIGINT) + 1"
    ),
    # as many partitions as there are: nothing is moved, but no method goes on through it
    apart="/*+ COALESCE(2147483647) */",
    number="DECIMAL(21, 4)",
    ascii_names=True,
    notes=(
        "视图、表名用英文字母、数字、下划线",
        "几份规范合成一条的，先设 spark.sql.analyzer.maxIterations=1000",
    ),
)
#: Those in which every answer is proven equal to the other engines'.
PROVEN = {d.name: d for d in (POSTGRES, SPARK, DUCKDB)}


def day_literal(day: date) -> str:
    """The day as every dialect reads it, whatever the session's time zone."""
    return f"DATE '{day.isoformat()}'"
