"""The command ``denggao``: its groups, and how errors leave it."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

import typer
from typer.exceptions import TyperException

from denggao import __version__
from denggao.cli import (
    check,
    columns,
    compare,
    demo,
    draft,
    edit,
    errors,
    evidence,
    fill,
    forecast,
    judge,
    law,
    lists,
    merge,
    pay,
    plan,
    report,
    review,
    screen,
    targets,
    template,
    web,
    weekly,
)
from denggao.cli.chinese import Command, application, explain
from denggao.facts.errors import UserError

_INTERRUPTED = 130

app = application(
    "登高：把认定办法写成能运行的规范，对台账里的每一户企业说清符合不符合、为什么、还缺什么。"
)
app.add_typer(law.app, name="law")
app.add_typer(targets.app, name="targets")
app.add_typer(review.app, name="review")
app.command("judge", cls=Command)(judge.judge)
app.command("screen", cls=Command)(screen.screen)
app.command("check", cls=Command)(check.check)
app.command("merge", cls=Command)(merge.merge)
app.command("columns", cls=Command)(columns.columns)
app.command("compare", cls=Command)(compare.compare)
app.command("lists", cls=Command)(lists.lists)
app.command("forecast", cls=Command)(forecast.forecast)
app.command("edit", cls=Command)(edit.edit)
app.command("fill", cls=Command)(fill.fill)
app.command("template", cls=Command)(template.template)
app.command("errors", cls=Command)(errors.errors)
app.command("plan", cls=Command)(plan.plan)
app.command("report", cls=Command)(report.report)
app.command("pay", cls=Command)(pay.pay)
app.command("evidence", cls=Command)(evidence.evidence)
app.command("draft", cls=Command)(draft.draft)
app.command("weekly", cls=Command)(weekly.weekly)
app.command("demo", cls=Command)(demo.demo)
app.command("serve", cls=Command)(web.serve)
app.command("migrate", cls=Command)(web.migrate)
app.command("createadmin", cls=Command)(web.createadmin)
app.command("verify", cls=Command)(web.verify)
app.command("backup", cls=Command)(web.backup)
app.command("restore", cls=Command)(web.restore)


@app.callback(invoke_without_command=True)
def _options(
    context: typer.Context,
    version: bool = typer.Option(False, "--version", help="显示版本号"),
) -> None:
    if version:
        typer.echo(f"登高 {__version__}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit code: 0 done, 1 done with errors in some
    inputs, 2 nothing done because of what the user has to mend, 130 interrupted."""
    _speak_utf8()
    try:
        code = app(args=arguments, standalone_mode=False, prog_name="denggao")
        if code == _INTERRUPTED:  # typer has caught it
            raise KeyboardInterrupt
        return code if isinstance(code, int) else 0
    except UserError as error:
        return _said(str(error))
    except TyperException as error:
        if type(error).__name__ == "NoArgsIsHelpError":
            typer.echo(error.message)
            return 2
        return _said(f"{explain(error)}（用法见 --help）")
    except (typer.Abort, KeyboardInterrupt):
        _said("已中断，没有写出结果")
        return _INTERRUPTED
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    except Exception as error:
        if os.environ.get("DENGGAO_DEBUG"):
            raise
        return _said(
            f"程序出了差错（{type(error).__name__}: {error}），不是您的文件的问题。"
            "请把这句话和输入文件交给维护人员；设 DENGGAO_DEBUG=1 再运行可看到详情"
        )


def _said(message: str) -> int:
    typer.echo(f"错误：{message}", err=True)
    return 2


def _speak_utf8() -> None:
    """Chinese output whatever the terminal's locale says."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None and (stream.encoding or "").lower() != "utf-8":
            reconfigure(encoding="utf-8", errors="replace")
