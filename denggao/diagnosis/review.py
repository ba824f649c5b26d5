"""联审 by file: what is asked of which department about which firms, and what came back.

Only answers travel, never figures: 是, 否 or 不详 for each firm (N13). A returned file is held
against the list that was sent: what was altered, added, left out or meant for another list or
department is named by file, row and column, and counts as no answer.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path

from denggao.facts import cells
from denggao.facts.errors import UserError
from denggao.facts.headparts import normal
from denggao.facts.identity import code_fault, looks_like_code, normal_code, normal_name
from denggao.facts.privacy import masked
from denggao.facts.problems import Finding, Problem, column_letter
from denggao.facts.workbook import Grid, Row, open_grids

YES, NO, OPEN = "是", "否", "不详"
ANSWERS = (YES, NO, OPEN)
#: What an open or missing answer means once the due day is over.
BLOCKS, AGREES = "不得推荐", "视为同意"
#: Asked of each so that 是 is good for the firm.
USUAL = {
    "科技": "申报材料齐全，同意推荐",
    "财政": "没有骗取、挪用财政资金的行为",
    "税务": "查账征收，前一年内没有重大税收违法失信",
    "生态环境": "前一年内没有严重环境违法行为",
    "市场监管": "前一年内没有重大安全、质量事故，未列入严重违法失信名单",
}
HEADS = ("序号", "企业名称", "统一社会信用代码", "意见", "说明")
LIST, DEPARTMENT, DUE, ASKED = "名单编号", "部门", "反馈期限", "请核实"
_SEARCH = 40
_MOST_WORDS = 200


@dataclass(frozen=True, slots=True)
class Asked:
    """One firm on the list: name as written and code in normal form, "" without one."""

    name: str
    code: str

    @property
    def key(self) -> str:
        return self.code or normal_name(self.name)


@dataclass(frozen=True, slots=True)
class Review:
    """A list sent out. ``questions``: department → what it is asked; ``after``: what silence
    means after ``due``."""

    title: str
    firms: tuple[Asked, ...]
    questions: Mapping[str, str]
    due: date
    after: str = BLOCKS

    @property
    def id(self) -> str:
        """Tells this list from any other: of title, day, firms and questions."""
        told = [self.title, self.due.isoformat(), sorted(f.key + f.name for f in self.firms),
                sorted(self.questions.items())]  # fmt: skip
        return hashlib.sha256(json.dumps(told, ensure_ascii=False).encode()).hexdigest()[:12]

    def as_text(self) -> str:
        """The file that is kept to hold the answers against."""
        told = asdict(self) | {"due": self.due.isoformat(), "id": self.id}
        return json.dumps(told, ensure_ascii=False, indent=1) + "\n"


def from_text(text: str, name: str) -> Review:
    """A list as it was kept. Raises UserError where the file is none, or was altered."""
    try:
        told = json.loads(text)
        firms = tuple(Asked(firm["name"], firm["code"]) for firm in told["firms"])
        found = Review(told["title"], firms, dict(told["questions"]),
                       date.fromisoformat(told["due"]), told["after"])  # fmt: skip
    except (KeyError, TypeError, ValueError):
        raise UserError(
            f"「{name}」不是联审名单；应是 denggao review export 留下的 .json"
        ) from None
    if told.get("id") != found.id:
        raise UserError(f"「{name}」在发出以后改动过，名单编号对不上；请用发出时留下的那一份")
    return found


def listed(rows: Iterable[tuple[str, str]]) -> tuple[tuple[Asked, ...], list[str]]:
    """Firms to ask about, each once, from (name, code), and what is to be said of them: codes
    that are wrong, firms without one, firms that stand there twice."""
    found: dict[str, Asked] = {}
    notes = []
    for name, code in rows:
        right = normal_code(code)
        fault = code_fault(right) if looks_like_code(right) else None
        if code and (fault or not looks_like_code(right)):
            notes.append(f"{name} 的信用代码“{code}”不对（{fault or '不是信用代码'}），按名称核对")
            right = ""
        elif not code:
            notes.append(f"{name} 没有信用代码，按名称核对")
        firm = Asked(name, right)
        if firm.key in found:
            notes.append(f"{name} 在名单里出现两次，只列一次")
        found.setdefault(firm.key, firm)
    return tuple(found.values()), notes


# ------------------------------------------------------------------ what came back


@dataclass(frozen=True, slots=True)
class Opinion:
    """What one department says of one firm, and where it stands."""

    department: str
    answer: str
    words: str
    file: str
    row: int


@dataclass
class Answers:
    """Everything that came back. ``opinions``: firm's key → department → opinion."""

    review: Review
    opinions: dict[str, dict[str, Opinion]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    returned: dict[str, str] = field(default_factory=dict)  # department → file

    def verdict(self, firm: Asked, on: date) -> tuple[str, str]:
        """(可以推荐 | 不得推荐 | 待反馈, why) on this day."""
        said = self.opinions.get(firm.key, {})
        against = [d for d in self.review.questions if d in said and said[d].answer == NO]
        if against:
            return "不得推荐", f"{'、'.join(against)}意见为“否”"
        silent = [d for d in self.review.questions if d not in said]
        unsure = [d for d in self.review.questions if d in said and said[d].answer == OPEN]
        if not silent and not unsure:
            return "可以推荐", "各部门都为“是”"
        why = [
            f"{'、'.join(d)}{w}" for d, w in ((silent, "没有反馈"), (unsure, "意见为“不详”")) if d
        ]
        if on <= self.review.due:
            return "待反馈", "；".join(why)
        if self.review.after == AGREES and not unsure:
            return "可以推荐", f"{'、'.join(silent)}逾期没有反馈，视为同意"
        return "不得推荐", f"{'；'.join(why)}，已过反馈期限 {self.review.due}"

    def read(self, path: Path) -> None:
        """One department's file. Raises UserError for a file that is no table at all."""
        grids = [grid for grid in open_grids(path) if not grid.hidden]
        pages = [page for grid in grids if (page := _page(grid)) is not None]
        if not pages:
            heads = "、".join(HEADS[1:4])
            self._problem(path.name, "", 0, 0, "", "", Finding(
                "no_answers", f"有 {heads} 各列的表", "找不到意见表，没有读；请用发出去的那张表填写"
            ))  # fmt: skip
        for page in pages:
            _Returned(self, page).read()

    def _problem(
        self, file: str, sheet: str, row: int, column: int, head: str, value: str, found: Finding
    ) -> None:
        letter = column_letter(column) if head else ""
        shown = masked(value)[:_MOST_WORDS]
        self.problems.append(
            Problem(file, sheet, row, letter, head, shown, found.expected, found.advice, found.kind)
        )


@dataclass(frozen=True, slots=True)
class _Page:
    """A sheet with answers: ``columns`` by head, the labelled cells above, the rows below."""

    grid: Grid
    columns: dict[str, int]
    extra: tuple[tuple[int, str], ...]
    told: dict[str, str]
    rows: tuple[tuple[int, Row], ...]


def _page(grid: Grid) -> _Page | None:
    known = {normal(head): head for head in HEADS}
    told: dict[str, str] = {}
    rows = list(enumerate(grid.rows(), 1))
    for number, row in rows[:_SEARCH]:
        words = [cells.plain_text(cell) for cell in row]
        found = {known[normal(w)]: i for i, w in enumerate(words) if normal(w) in known}
        if "意见" in found and ("统一社会信用代码" in found or "企业名称" in found):
            extra = [(i, w) for i, w in enumerate(words) if w and i not in found.values()]
            return _Page(grid, found, tuple(extra), told, tuple(rows[number:]))
        for text in words:
            label, colon, value = text.replace(":", "：").partition("：")
            if colon and label in (LIST, DEPARTMENT, DUE):
                told.setdefault(label, value.strip())
    return None


class _Returned:
    """One sheet of answers, held against the list."""

    def __init__(self, answers: Answers, page: _Page) -> None:
        self.answers, self.review, self.page = answers, answers.review, page
        self.altered: set[str] = set()
        self.by_key = {firm.key: firm for firm in self.review.firms}
        self.by_name: dict[str, list[Asked]] = {}
        for firm in self.review.firms:
            self.by_name.setdefault(normal_name(firm.name), []).append(firm)

    def problem(self, row: int, head: str, value: str, *found: str) -> None:
        grid, columns = self.page.grid, self.page.columns
        column = columns.get(head, 0)
        shown = head if head in columns else ""
        self.answers._problem(grid.file, grid.sheet, row, column, shown, value, Finding(*found))

    def read(self) -> None:
        department = self._department()
        if department is None:
            return
        for column, head in self.page.extra:
            if any(isinstance(row[column], int | float) for _, row in self.page.rows
                   if len(row) > column):  # fmt: skip
                self.problem(0, "", head, "figures", "只填 是、否、不详",
                             "多出的一列有数字，没有读；联审只传答案，不传数额")  # fmt: skip
        seen: dict[str, int] = {}
        for number, row in self.page.rows:
            firm = self._firm(number, row)
            if firm is None:
                continue
            if firm.key in seen:
                self.problem(number, "企业名称", firm.name, "row_twice", "每户一行",
                             f"与第 {seen[firm.key]} 行是同一户，这一行没有算")  # fmt: skip
                continue
            seen[firm.key] = number
            self._opinion(number, row, firm, department)
        for firm in self.review.firms:
            if firm.key not in seen and firm.key not in self.altered:
                self.problem(0, "", firm.name, "row_missing", "发出的每一户",
                             "返回的表里没有这一户，按没有反馈")  # fmt: skip

    def _department(self) -> str | None:
        """Whose answers these are; ``None`` where they are not of this list or department."""
        told = self.page.told
        if told.get(LIST) != self.review.id:
            self.problem(0, "", told.get(LIST, ""), "other_list", f"名单编号 {self.review.id}",
                         "不是这一份名单的反馈，没有读；请核对是哪一批")  # fmt: skip
            return None
        department = told.get(DEPARTMENT, "")
        if department not in self.review.questions:
            known = "、".join(self.review.questions)
            self.problem(0, "", department, "other_department", known,
                         "这个部门没有被征求意见，没有读")  # fmt: skip
            return None
        before = self.answers.returned.setdefault(department, self.page.grid.file)
        if before != self.page.grid.file:
            self.problem(0, "", department, "department_twice", "每个部门一份",
                         f"{department}已有「{before}」；两份答得不同的企业按“不详”")  # fmt: skip
        return department

    def _cell(self, row: Row, head: str) -> str:
        column = self.page.columns.get(head)
        return "" if column is None or column >= len(row) else cells.plain_text(row[column])

    def _firm(self, number: int, row: Row) -> Asked | None:
        """The firm of the list that a row is about; ``None``, and named, where it was altered."""
        name, text = self._cell(row, "企业名称"), self._cell(row, "统一社会信用代码")
        if not name and not text:
            if self._cell(row, "意见"):
                self.problem(number, "意见", self._cell(row, "意见"), "no_identity",
                             "企业名称或信用代码", "不知道是哪一户的意见，没有算")  # fmt: skip
            return None
        code = normal_code(text)
        named = self.by_name.get(normal_name(name), [])
        if code in self.by_key:
            firm = self.by_key[code]
            if name and normal_name(name) != normal_name(firm.name):
                self.problem(number, "企业名称", name, "name_altered", firm.name,
                             "名称与发出的不同，这一行没有算；更了名的请在说明里写")  # fmt: skip
                self.altered.add(firm.key)
                return None
            return firm
        if not named:
            if self._cell(row, "意见") or code:
                self.problem(number, "统一社会信用代码", text or name, "unknown_code",
                             "发出的名单里的企业", "名单里没有这一户，没有算")  # fmt: skip
            return None
        if len(named) == 1 and not named[0].code and not text:
            return named[0]
        self.altered |= {firm.key for firm in named}
        expected = "、".join(firm.code or "（空）" for firm in named)
        self.problem(number, "统一社会信用代码", text, "code_altered", expected,
                     "信用代码与发出的不同，这一行没有算")  # fmt: skip
        return None

    def _opinion(self, number: int, row: Row, firm: Asked, department: str) -> None:
        text = self._cell(row, "意见")
        answer = _ANSWER.get(text)
        if not text:
            return  # no answer yet
        if answer is None:
            self.problem(number, "意见", text, "bad_answer", "、".join(ANSWERS),
                         "这一户按没有反馈；请改填 是、否 或 不详")  # fmt: skip
            return
        found = Opinion(department, answer, self._cell(row, "说明"), self.page.grid.file, number)
        said = self.answers.opinions.setdefault(firm.key, {})
        before = said.setdefault(department, found)
        if before.answer != answer:
            told = f"{department}在「{before.file}」第 {before.row} 行答“{before.answer}”"
            self.problem(number, "意见", text, "answer_twice", before.answer,
                         f"{told}，与这里不同，按“不详”；请部门确认")  # fmt: skip
            said[department] = Opinion(department, OPEN, "两份反馈不同", found.file, number)


_ANSWER = {answer: answer for answer in ANSWERS} | {
    "√": YES,
    "×": NO,
    "不清楚": OPEN,
    "不知道": OPEN,
}


def summed(answers: Answers, on: date) -> Iterator[tuple[Asked, Sequence[str], str, str]]:
    """(firm, its answers by department, verdict, why) in the order of the list; "" where a
    department said nothing."""
    for firm in answers.review.firms:
        said = answers.opinions.get(firm.key, {})
        row = [said[d].answer if d in said else "" for d in answers.review.questions]
        yield firm, row, *answers.verdict(firm, on)
