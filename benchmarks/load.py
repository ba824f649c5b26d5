"""A hundred people at once, while one export and one import are at work (reliability.md, T04).

    python benchmarks/load.py                            SQLite
    python benchmarks/load.py --on postgresql://user@host:port/empty_database

--users N     people (100), each thinking 0.5–1.5 s between pages
--firms N     firms of the city (100,000), all of them exported by somebody of the city
--seen N      firms of the district that the people look at (10,000)
--brought N   firms of the ledger that is imported (10,000), with three years of figures
--seconds S   at least so long (60), and until export and import are through, for four minutes

The server is ``denggao serve`` on this machine, the people share its cores. 60 % lists, 30 % firms,
10 % the pool and a run of it. Exit code 1 where p95 > 500 ms, p99 > 1.5 s, or anything failed.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import application
import data
import office

_TOKEN = "t" * 32
_P95, _P99 = 0.5, 1.5
_PATIENCE = 240  # seconds for export and import
OTHER = "620103"


def main() -> int:
    """Fill, serve, load, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--on", default="")
    for name, usual in (("users", 100), ("firms", 100_000), ("seen", 10_000),
                        ("brought", 10_000), ("seconds", 60)):  # fmt: skip
        parser.add_argument(f"--{name}", type=int, default=usual)
    parser.add_argument("--home", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--measure", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.measure:
        print(json.dumps(prepare(asked.users, asked.seen)))
        return 0
    home = asked.home or office.filled(asked.on, asked.firms)
    book = home / "brought.xlsx"
    write_book(book, asked.brought)
    told = office.run(home, asked.on, __file__, "--measure", "--users", str(asked.users),
                      "--seen", str(asked.seen))  # fmt: skip
    with serving(home, asked.on) as port:
        load = Load(port, json.loads(told), asked.seconds)
        asyncio.run(load.run(book))
    kind = "postgresql" if asked.on else "sqlite"
    print(f"{kind}, {asked.users} people, {asked.firms:,} firms, load {os.getloadavg()[0]:.1f},"
          f" {os.cpu_count()} cores")  # fmt: skip
    well = load.tell()
    if asked.home is None:
        shutil.rmtree(home)
    return 0 if well else 1


class Load:
    """People, the export, the import, and what came of it."""

    def __init__(self, port: int, told: dict[str, Any], seconds: float) -> None:
        self.port, self.told, self.seconds = port, told, seconds
        self.times: dict[str, list[float]] = {"list": [], "firm": [], "pool": []}
        self.slowest: list[tuple[float, float, str]] = []  # seconds, when, page
        self.faults: list[str] = []
        self.jobs: dict[str, float] = {}
        self.over = asyncio.Event()
        self.working: dict[str, asyncio.Task[None]] = {}

    async def run(self, book: Path) -> None:
        """All of it."""
        await self._warm()
        began = self.began = time.monotonic()
        people = [
            asyncio.create_task(self._person(n, s)) for n, s in enumerate(self.told["people"])
        ]
        await asyncio.sleep(3)
        for name, job in (("export", self._export()), ("import", self._import(book))):
            self.working[name] = asyncio.create_task(job)
        await asyncio.wait(self.working.values(), timeout=_PATIENCE)
        for name, task in self.working.items():
            if not task.done():
                self.faults.append(f"the {name} was not through after {_PATIENCE} s")
                task.cancel()
        await asyncio.sleep(max(0.0, self.seconds - (time.monotonic() - began)))
        self.over.set()
        await asyncio.gather(*people)

    async def _warm(self) -> None:
        """A server that is up all day has its laws loaded: some pages that do not count."""

        async def look(session: str) -> None:
            dice, client = random.Random(session), Client(self.port, session)
            for kind in ("list", "firm", "pool", "pool", "pool", "pool") * 4:
                await client.ask(self._address(kind, dice))

        await asyncio.gather(*(look(session) for session in self.told["people"][:8]))

    async def _person(self, number: int, session: str) -> None:
        dice, client = random.Random(number), Client(self.port, session)
        await asyncio.sleep(dice.uniform(0, 1.5))
        while not self.over.is_set():
            kind = dice.choices(("list", "firm", "pool"), (60, 30, 10))[0]
            began, address = time.monotonic(), self._address(kind, dice)
            try:
                status, _, text = await client.ask(address)
                if status != 200 or "</" not in text:
                    self.faults.append(f"{kind}: {status}")
            except (OSError, asyncio.IncompleteReadError) as error:
                self.faults.append(f"{kind}: {type(error).__name__}")
            self.times[kind].append(time.monotonic() - began)
            slow = (self.times[kind][-1], began - self.began, address)
            self.slowest = sorted([*self.slowest, slow])[-5:]
            await asyncio.sleep(dice.uniform(0.5, 1.5))

    def _address(self, kind: str, dice: random.Random) -> str:
        if kind == "firm":
            first, last = self.told["firms"]
            return f"/enterprises/{dice.randint(first, last)}/"
        if kind == "pool":
            return dice.choice(("/pool/", f"/pool/{self.told['run']}/"))
        return dice.choice(("/enterprises/", f"/enterprises/?page={dice.randint(2, 150)}",
                            f"/enterprises/?text={dice.randint(10, 999)}"))  # fmt: skip

    async def _export(self) -> None:
        client, began = Client(self.port, self.told["city"]), time.monotonic()
        status, _, text = await client.ask("/enterprises/export/")
        while status in (200, 302):
            status, _, text = await client.ask("/files/list/")
            if re.search(r'href="/files/\d+/"', text) or "没有生成" in text:
                break
            await asyncio.sleep(1)
        if "没有生成" in text or status != 200:
            self.faults.append("the export failed")
        self.jobs["export"] = time.monotonic() - began

    async def _import(self, book: Path) -> None:
        client, began = Client(self.port, self.told["city"]), time.monotonic()
        form = {"mode": "upsert", "source": "ledger", "as_of": str(data.AS_OF)}
        status, place, _ = await client.ask("/imports/new/", form, book)
        if status != 302:
            self.faults.append(f"the upload: {status}")
            return
        await self._until(client, place, "待确认")
        status, *_ = await client.ask(f"{place}confirm/", {"without_wrong": "1"})
        if status != 302:
            self.faults.append(f"the confirmation: {status}")
            return
        await self._until(client, place, "已导入")
        self.jobs["import"] = time.monotonic() - began

    async def _until(self, client: Client, place: str, said: str) -> None:
        while True:
            _, _, text = await client.ask(place)
            if said in text:
                return
            if "读不了" in text:
                self.faults.append("the import was refused")
                return
            await asyncio.sleep(1)

    def tell(self) -> bool:
        """Print; did it hold?"""
        every = sorted(time for times in self.times.values() for time in times)
        for name, times in (*self.times.items(), ("all", every)):
            if times:
                told = [f"p{p} {at(sorted(times), p) * 1e3:6.0f} ms" for p in (50, 95, 99)]
                print(f"  {name:5} {len(times):6} pages  {'  '.join(told)}")
        for seconds, when, address in reversed(self.slowest):
            print(f"  {seconds * 1e3:6.0f} ms at {when:.0f} s: {address}")
        jobs = ", ".join(f"{name} {seconds:.0f} s" for name, seconds in self.jobs.items())
        print(f"  {jobs}; faults: {self.faults[:5] or 'none'} (at most p95 500 ms, p99 1500 ms)")
        enough = len(every) >= 5 * len(self.told["people"])
        return enough and not self.faults and at(every, 95) <= _P95 and at(every, 99) <= _P99


def at(times: list[float], percent: int) -> float:
    """A percentile of sorted times."""
    return times[min(len(times) - 1, len(times) * percent // 100)]


class Client:
    """One browser: one connection, kept open."""

    def __init__(self, port: int, session: str) -> None:
        self.port, self.session = port, session
        self.pair: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(
        self, path: str, form: dict[str, str] | None = None, file: Path | None = None
    ) -> tuple[int, str, str]:
        """(status, where it sends the browser, text)."""
        body = b"" if form is None else multipart(form, file)
        lines = [f"{'GET' if form is None else 'POST'} {path} HTTP/1.1", "Host: 127.0.0.1",
                 f"Cookie: sessionid={self.session}; csrftoken={_TOKEN}"]  # fmt: skip
        if form is not None:
            lines += [
                f"Content-Length: {len(body)}",
                "Content-Type: multipart/form-data; boundary=b",
            ]
        if self.pair is None:
            self.pair = await asyncio.open_connection("127.0.0.1", self.port, limit=1 << 20)
        reader, writer = self.pair
        try:
            writer.write("\r\n".join([*lines, "", ""]).encode() + body)
            await writer.drain()
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
            length = re.search(r"content-length: (\d+)", head)
            text = (await reader.readexactly(int(length[1]))).decode() if length else ""
        except (OSError, asyncio.IncompleteReadError):
            writer.close()
            self.pair = None
            raise
        place = re.search(r"\nlocation: (\S+)", head)
        return int(head.split()[1]), place[1] if place else "", text


def multipart(form: dict[str, str], file: Path | None) -> bytes:
    """The body of a form."""
    parts = [f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
             for name, value in {**form, "csrfmiddlewaretoken": _TOKEN}.items()]  # fmt: skip
    if file is not None:
        told = f'--b\r\nContent-Disposition: form-data; name="file"; filename="{file.name}"\r\n\r\n'
        parts += [told.encode(), file.read_bytes(), b"\r\n"]
    return b"".join([*parts, b"--b--\r\n"])


def write_book(path: Path, firms: int) -> None:
    """A ledger of other firms, with three years of figures."""
    import xlsxwriter

    from denggao.facts.identity import code_fault

    frame = data.firms(firms, data.COLUMNS["subset"])
    heads = {"staff@2025": "2025年职工总数", "tech_staff@2025": "2025年科技人员数"}
    words = (("sales", "销售收入"), ("rd_expense", "研发费用"), ("net_assets", "净资产"))
    for year in data.YEARS:
        heads |= {f"{code}@{year}": f"{year}年{word}（元）" for code, word in words}
    signs = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    with xlsxwriter.Workbook(str(path), {"constant_memory": True}) as book:
        sheet = book.add_worksheet("台账")
        sheet.write_row(0, 0, ["企业名称", "统一社会信用代码", "所在区县", *heads.values()])
        columns = [frame[key].to_list() for key in heads]
        for number in range(firms):
            stem = f"91{office.DISTRICT}MPAB{number:05d}"
            code = next(stem + s for s in signs if not code_fault(stem + s))
            row = [f"新模拟第{number}号科技有限公司", code, "城关区"]
            for key, values in zip(heads, columns, strict=True):
                value = values[number]
                scale = 10_000 if key.startswith(("staff", "tech")) else 100
                row.append("" if value is None else value / scale)
            sheet.write_row(number + 1, 0, row)


def prepare(users: int, seen: int) -> dict[str, Any]:
    """People with sessions, and a run to look at. Where Django is ready."""
    application._start()
    from django.conf import settings
    from django.contrib.sessions.backends.db import SessionStore

    from denggao.web.accounts.models import Region, Unit, User
    from denggao.web.assessments import actions
    from denggao.web.assessments.models import Run
    from denggao.web.ledger import blocks
    from denggao.web.ledger.models import Enterprise

    def session(user: User) -> str:
        store, now = SessionStore(), time.time()
        store.update({
            "_auth_user_id": str(user.pk), "_auth_user_hash": user.get_session_auth_hash(),
            "_auth_user_backend": settings.AUTHENTICATION_BACKENDS[-1], "began": now, "seen": now,
        })  # fmt: skip
        store.create()
        return str(store.session_key)

    city, place = User.objects.get(username="bench"), Region.objects.get(code=OTHER)
    first = Enterprise.objects.order_by("pk")[0].pk
    Enterprise.objects.filter(pk__lt=first + seen).update(region=place)
    blocks.refresh()
    unit, _ = Unit.objects.get_or_create(name="某区科技局", region=place)
    user = User.objects.filter(username="people").first()
    user = user or User(username="people", name="某人", unit=unit, roles=["head"])
    user.must_change_password, user.password = False, "!"
    user.save()
    run = Run.objects.create(law=data.LAWS["hnte"], as_of=data.AS_OF, region=place, by=user)
    actions.complete(run)
    return {
        "people": [session(user) for _ in range(users)], "city": session(city),
        "firms": [first, first + seen - 1], "run": run.pk,
    }  # fmt: skip


@contextlib.contextmanager
def serving(home: Path, on: str) -> Any:
    """``denggao serve``; yields its port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with (home / "server.log").open("w", encoding="utf-8") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "denggao", "serve", "--port", str(port)],
            env=office.environment(home, on), stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip
        try:
            for _ in range(300):
                with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
                    break
                time.sleep(0.1)
            yield port
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
            process.wait(timeout=30)


if __name__ == "__main__":
    sys.exit(main())
