"""`main.py log …`: the screening log from the command line, for an operator and an inspection.

Each module holds one or more commands; `COMMANDS` is the list that the command line offers. A new command is one
function here and its place in that list.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Final

from kiosk.log_commands import correcting, export, keeping, merging, reading
from kiosk.log_commands.files import check_texts

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import TextIO

    from kiosk.log_commands.files import Command

    _Run = Callable[[argparse.Namespace, TextIO], int]

COMMANDS: Final[Mapping[str, Command]] = {
    **reading.COMMANDS,
    **export.COMMANDS,
    **merging.COMMANDS,
    **correcting.COMMANDS,
    **keeping.COMMANDS,
}


def parser(config: Path, epilog: str) -> argparse.ArgumentParser:
    """Return the parser of `log …`; what it parses has `run(options, out)`. `config`: the settings unless told."""
    whole = argparse.ArgumentParser(prog="main.py log", description="Look at the screening log.", epilog=epilog)
    acts = whole.add_subparsers(required=True, metavar="ACT")
    for name, command in COMMANDS.items():
        text = command.text
        act = acts.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".", epilog=epilog)
        act.add_argument("--config", type=Path, default=config, help="the kiosk's settings")
        if command.needs_data:
            act.add_argument("--data", type=Path, required=True, help="the folder of its data")
        act.add_argument("--json", action="store_true", help="one JSON object a line")
        command.arguments(act)
        act.set_defaults(run=_checked(command.run))
    return whole


def _checked(run: _Run) -> _Run:
    """Return a command that does nothing unless its arguments are text."""

    def checked(options: argparse.Namespace, out: TextIO) -> int:
        check_texts(options)
        return run(options, out)

    return checked
