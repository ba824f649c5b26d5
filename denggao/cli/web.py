"""``denggao serve | migrate | createadmin | verify | backup | restore``: the web application."""

from __future__ import annotations

import contextlib
import os
from datetime import date
from pathlib import Path

import typer

from denggao.facts.errors import UserError

_HOME = typer.Option(
    None, "--home", help="数据文件夹；缺省取环境变量 DENGGAO_HOME，再缺省为 登高数据"
)


def serve(
    host: str = typer.Option("127.0.0.1", "--host", help="在哪个地址上听；本机用不必改"),
    port: int = typer.Option(8000, "--port", min=1, max=65535, help="端口"),
    home: Path | None = _HOME,
) -> None:
    """网页：启动登高（先升级数据库，再听端口，后台任务一并启动）"""
    _start(home)
    from denggao.web import server

    server.migrate()
    typer.echo(f"登高已启动：http://{host}:{port}/ （按 Ctrl+C 停止）")
    if not server.has_users():
        typer.echo("还没有账号：另开一个窗口运行 denggao createadmin")
    server.serve(host, port)


def migrate(home: Path | None = _HOME) -> None:
    """建库或升级数据库"""
    _start(home)
    from denggao.web import server

    server.migrate()
    typer.echo(f"数据库已就绪：{server.database()}")


def createadmin(
    username: str = typer.Argument("admin", metavar="用户名"),
    name: str = typer.Option("系统管理员", "--name", help="姓名"),
    role: str = typer.Option(
        "system", "--role", help="角色：system 系统管理员，security 安全管理员，audit 审计管理员"
    ),
    alone: bool = typer.Option(False, "--alone", help="一个人的单位：同时是科室负责人"),
    home: Path | None = _HOME,
) -> None:
    """建第一个账号，打印一次性密码（首次登录必须改）"""
    _start(home)
    from denggao.web import server

    server.migrate()
    password = server.create_admin(username, name, [role, *(["head"] if alone else [])])
    typer.echo(f"账号 {username}，一次性密码：{password}")
    typer.echo("只显示这一次；登录后须先改密码")


def verify(
    anchor: str = typer.Option(
        "",
        "--anchor",
        "--against",
        metavar="审计头或周报",
        help="记在库外的审计头“序号:哈希”，或印着它的周报告 .docx、.xlsx",
    ),
    home: Path | None = _HOME,
) -> None:
    """校验审计链：有没有一条被改、被删、被插；校验每次导入的填报、每期周报有没有被改"""
    from denggao.documents.anchors import anchor_of

    noted = anchor_of(anchor) if anchor else ""
    _start(home)
    from denggao.web import server

    found, head = server.verify(noted)
    for fault in found:
        typer.echo(fault)
    typer.echo(f"发现 {len(found)} 处" if found else "完整，没有发现改动")
    typer.echo(f"审计头 {head}")
    raise typer.Exit(1 if found else 0)


def backup(
    output: Path | None = typer.Option(None, "-o", "--output", help="写到哪个 .zip"),
    home: Path | None = _HOME,
) -> None:
    """备份：数据库、上传的原件、校验清单，合成一个 zip（不停机）"""
    from denggao.cli.common import checked_output, today

    target = output or Path(f"登高备份{today():%Y%m%d}.zip")
    checked_output(target, [".zip"], what="备份文件")
    _start(home)
    from denggao.web import server

    manifest = server.backup(target)
    typer.echo(f"已备份到 {target}：{sum(manifest['tables'].values())} 行")
    typer.echo(f"审计头 {manifest['audit_head']}（请另行抄存）")


def restore(
    source: Path = typer.Argument(..., metavar="备份", help="denggao backup 写出的 .zip"),
    home: Path | None = _HOME,
) -> None:
    """恢复：把备份放进一个空的数据文件夹（或空的数据库），有数据的地方不覆盖"""
    _start(home)
    from denggao.web import server

    manifest = server.restore(source)
    typer.echo(f"已恢复 {manifest['at'][:19]} 的备份：{sum(manifest['tables'].values())} 行")


def demonstrate(folder: Path, ledger: Path, as_of: date, serving: bool, port: int) -> None:
    """The last step of ``denggao demo``: the county in a database of its own, and the pages on
    it until interrupted. In processes of their own: what was read for the terminal may go."""
    import subprocess
    import sys

    home = folder / "网页数据"
    environment = {**os.environ, "DENGGAO_HOME": str(home), "PYTHONIOENCODING": "utf-8"}
    environment.pop("DATABASE_URL", None)
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    command = [sys.executable, "-m", "denggao.web.demonstration", str(ledger), str(as_of)]
    done = subprocess.run(  # noqa: S603 - our own command
        command, env=environment, capture_output=True, text=True, encoding="utf-8", check=False
    )
    if done.returncode:
        raise UserError(f"网页的演示数据没有建成：{done.stderr.strip().rpartition(chr(10))[2]}")
    typer.echo("")
    typer.echo(f"网页：用户名 demo，一次性密码 {done.stdout}（登录后须先改密码）")
    if not serving:
        typer.echo(f"  denggao serve --home {home}")
        return
    serve = [sys.executable, "-m", "denggao", "serve", "--home", str(home), "--port", str(port)]
    with contextlib.suppress(KeyboardInterrupt):
        subprocess.run(serve, env=environment, check=False)  # noqa: S603 - our own command


def _start(home: Path | None) -> None:
    """Make Django ready on the data in ``home``."""
    if home is not None:
        os.environ["DENGGAO_HOME"] = str(home)
    from denggao.web import start

    start()
