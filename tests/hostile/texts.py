"""Text files: encodings, separators, quotes, line ends."""

from __future__ import annotations

from pathlib import Path

from tests.hostile.making import HEADS, Case, csv_text, firm, good, text_file


def _text(name: str, text: str | bytes, encoding: str = "utf-8", **expected: object) -> Case:
    return Case(
        name,
        lambda path: text_file(path, text, encoding),
        suffix=".csv",
        **expected,  # type: ignore[arg-type]
    )


def _long_line(path: Path) -> Path:
    with path.open("w", encoding="utf-8") as stream:
        stream.write(csv_text(good()))
        for _ in range(100):
            stream.write("一,二,三,四,五,六," * 55_000)
    return path


def _many_lines(path: Path) -> Path:
    with path.open("w", encoding="utf-8") as stream:
        stream.write(csv_text(good()))
        stream.write(",,,,,\n" * 3_000_000)
    return path


def _quoted(rows: list[list[object]]) -> str:
    return "\r\n".join(",".join(f'"{cell}"' for cell in row) for row in rows) + "\r\n"


GOOD, LINES = csv_text(good()), csv_text(good()).splitlines()
_BROKEN = GOOD.encode()
_AT = _BROKEN.index("试验2号".encode())

CASES = [
    _text("utf-8", GOOD),
    _text("utf-8 with mark", GOOD, "utf-8-sig"),
    _text("mark twice", "\ufeff\ufeff" + GOOD),
    _text("mark before quotes, twice", "\ufeff\ufeff" + _quoted(good())),
    _text("gb18030", GOOD, "gb18030"),
    _text("utf-16", GOOD, "utf-16"),
    _text("utf-16 without mark", GOOD.encode("utf-16-le"), refused="没有标记的 UTF-16"),
    _text("semicolons", csv_text(good(), ";")),
    _text("tabs", csv_text(good(), "\t")),
    _text("bars", csv_text(good(), "|")),
    _text("mixed line ends", "\r\n".join(LINES[:2]) + "\n" + LINES[2] + "\r" + LINES[3] + "\n"),
    _text("old Mac line ends", csv_text(good(), end="\r")),
    _text("line end in a cell", _quoted(good()).replace("试验1号有", "试验1号\n有")),
    _text("empty lines", LINES[0] + "\n" + LINES[1] + "\n\n\n" + "\n".join(LINES[2:]) + "\n" * 20,
          skipped=2),
    _text("an open quote", GOOD.replace("金城试验1号", '"金城试验1号'), refused="引号不成对"),
    _text("a quote in the middle", GOOD.replace("试验1号有", '试验"1号"有')),
    _text("text behind a quote", GOOD.replace("金城试验1号", '"金城"试验1号'),
          refused="引号不成对"),
    _text("NUL", GOOD.replace("试验1号", "试验\x001号"), refused="空字符"),
    _text("binary", bytes(range(256)) * 40, refused="空字符|编码"),
    _text("random bytes", bytes((n * 7919 % 255) + 1 for n in range(4000)), refused="."),
    _text("damaged utf-8", _BROKEN[:_AT] + b"\xff\xfe" + _BROKEN[_AT:],
          refused="UTF-8 编码.*损坏的字符"),
    _text("cut in the middle of a character", _BROKEN[: _AT + 1], refused="损坏的字符"),
    _text("a short row", csv_text([*good(2), firm(2)[:4]])),
    _text("a row too long", csv_text([*good(), [*firm(5), "多", "余"]]), errors=1,
          says=("多出 2 格",), row=5),
    _text("no line at all", "\r\n\r\n", refused="没有内容"),
    _text("one long cell", csv_text([*good(), ["x" * 2_000_000]]), refused="单元格过长"),
    _text("heads only as text", csv_text([HEADS]), refused="没有一行企业数据"),
    Case("a line of 100 MB", _long_line, suffix=".csv", refused="有一行超过", heavy=True),
    Case("three million empty lines", _many_lines, suffix=".csv", refused="空行超过", heavy=True),
]  # fmt: skip
