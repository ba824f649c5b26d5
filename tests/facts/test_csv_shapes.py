"""What programs put around the cells of a .csv."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.books import A, kinds, read

HEAD = "信用代码,企业名称,2024年销售收入（元）\n"


@pytest.mark.parametrize("code", [f'="{A}"', f'"=""{A}"""'])
@pytest.mark.parametrize("end", ["", "\x1a", "\n\x1a"])
def test_wrapped_codes_and_the_old_end_of_files(tmp_path: Path, code: str, end: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"{HEAD}{code},金城软件有限公司,7{end}", encoding="utf-8")
    ledger = read(path)
    assert (ledger.identity, ledger.columns["sales@2024"], kinds(ledger)) == ([A], [700], [])
    assert ledger.rows_read == 1
    assert not ledger.rows_skipped
