"""What typer would say in English, said in Chinese."""

from __future__ import annotations

import re
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.exceptions import TyperException


def _help_option(option: Any) -> Any:
    if option is not None:
        option.help = "显示这份说明"
    return option


_WORDS = {
    "Usage: ": "用法：",
    "[OPTIONS]": "[选项]",
    "COMMAND [ARGS]...": "命令 …",
    "\nOptions:": "\n选项：",
    "\nCommands:": "\n命令：",
    "\nArguments:": "\n参数：",
    "[required]": "（必填）",
    "[default: ": "[缺省 ",
    " <list[Path]>": "",
    "<list[str]>": "文字",
    "<str>": "文字",
    "<path>": "文件",
    "<int range>": "整数",
    "<int>": "整数",
    "{台账…}...": "台账…",
    "[台账…]...": "[台账…]",
}
#: The bounds of a number: [1990<=x<=2100], [x>=0].
_BOUNDS = (
    (re.compile(r"(-?[0-9]+)<=x<=(-?[0-9]+)(?=\])"), r"\1 到 \2"),
    (re.compile(r"x>=(-?[0-9]+)(?=\])"), r"不小于 \1"),
    (re.compile(r"x<=(-?[0-9]+)(?=\])"), r"不大于 \1"),
    (re.compile(r"(\[缺省 [^\];]*); "), r"\1，"),
)


def _in_chinese(text: str) -> str:
    for english, chinese in _WORDS.items():
        text = text.replace(english, chinese)
    for pattern, chinese in _BOUNDS:
        text = pattern.sub(chinese, text)
    return text


class Command(TyperCommand):
    """A command whose --help is Chinese."""

    def get_help(self, ctx: Any) -> str:
        """The whole help text."""
        return _in_chinese(super().get_help(ctx))

    def get_help_option(self, ctx: Any) -> Any:
        """The option ``--help``, explained in Chinese."""
        return _help_option(super().get_help_option(ctx))


class Group(TyperGroup):
    """A group of commands whose --help is Chinese."""

    def get_help(self, ctx: Any) -> str:
        """The whole help text."""
        return _in_chinese(super().get_help(ctx))

    def get_help_option(self, ctx: Any) -> Any:
        """The option ``--help``, explained in Chinese."""
        return _help_option(super().get_help_option(ctx))


def application(about: str) -> typer.Typer:
    """A typer application in Chinese."""
    return typer.Typer(
        help=about,
        cls=Group,
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
    )


def explain(error: TyperException) -> str:
    """A wrong call of the command line, in Chinese."""
    match type(error).__name__:
        case "NoSuchOption":
            possible = getattr(error, "possibilities", None)
            maybe = f"；是不是 {'、'.join(possible)}？" if possible else ""
            return f"没有选项 {getattr(error, 'option_name', '')}{maybe}"
        case "MissingParameter":
            return f"缺少{_name(error)}"
        case "BadParameter":
            return f"{_name(error)}的值不对：{_said(error.message)}"
        case "UsageError" if "No such command" in error.message:
            return f"没有命令“{error.message.split(chr(39))[1]}”"
    return f"用法不对：{_said(error.message)}"


def _said(message: str) -> str:
    """What the checker of values says, in Chinese."""
    if "valid integer" in message:
        return "应是整数"
    if "greater than or equal to" in message:
        return f"不能小于 {message.rpartition(' ')[2]}"
    if "less than or equal to" in message:
        return f"不能大于 {message.rpartition(' ')[2]}"
    if "requires an argument" in message:
        return "后面缺一个值"
    return message


def _name(error: TyperException) -> str:
    """The parameter as the user wrote it, or should have."""
    param = getattr(error, "param", None)
    if param is None:
        return "参数"
    if param.param_type_name == "option":
        return f"选项 {param.opts[0]} "
    return f"参数“{param.metavar or param.name}”"
