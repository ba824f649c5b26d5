"""命令行: everything the core can do, from a terminal, in Chinese.

Heavy libraries are imported inside the commands: ``denggao --help`` must stay quick.
"""

from denggao.cli.app import main

__all__ = ["main"]
