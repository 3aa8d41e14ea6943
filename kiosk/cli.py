"""The command line: one subcommand each for what people do with a kiosk.

Exit codes, the same for all: 0 done and well; 1 done, and something is not well (a broken log, a device that does
not answer); 2 wrong arguments or a file that cannot be opened; 3 broken settings; 4 the log cannot be used;
5 the server refused or cannot be reached.
"""

from __future__ import annotations

import argparse
import logging
import os
import select
import sys
import tempfile
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Final

from kiosk.errors import ConfigError, KioskError, ServerError, StoreError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    _Run = Callable[[argparse.Namespace], int]
    _Commands = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001 - it has no public name

OK, UNWELL, USAGE, BAD_CONFIG, BAD_STORE, BAD_SERVER = range(6)
CONFIG: Final = Path(__file__).resolve().parent.parent / "config"
_EXIT_CODES: Final = (__doc__ or "").partition("\n\n")[2]

_OWNER_ONLY: Final = 0o077  # whatever is written is about people, or is a key

_DISPLAYS: Final = ("DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER")  # the last: "kmsdrm" draws without a desktop

_ENVIRONMENT: Final = {
    "KIVY_NO_ARGS": "1",
    "KIVY_NO_CONFIG": "1",
    "KIVY_NO_FILELOG": "1",
    "KIVY_LOG_MODE": "PYTHON",
    "OPENBLAS_NUM_THREADS": "1",  # numpy's pool costs 0.09 s of start-up and is not used (kivy-facts.md, section 5)
    "OPENCV_VIDEOIO_V4L_SELECT_TIMEOUT": "3",  # seconds; a camera that hangs would hold up the stop for ten
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one subcommand; return its exit code. Errors made for people come out as one line each.

    `arguments`: those of the command line when not given.
    """
    os.umask(_OWNER_ONLY)
    for name, value in _ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    os.environ.setdefault("KIVY_HOME", str(Path(tempfile.gettempdir()) / f"vb-kiosk-kivy-{os.getuid()}"))
    options, rest = _parser().parse_known_args(arguments)
    options.rest = rest
    if rest and not options.passes_on:
        _parser().error(f"unknown: {' '.join(rest)}")
    _set_up_logging(verbose=options.verbose)
    try:
        code = int(options.run(options))
        sys.stdout.flush()
    except KioskError as error:
        return _said(*_as_told(error))
    except KeyboardInterrupt:
        return OK
    except BrokenPipeError:
        if not _is_nobody_reading():
            raise
        return UNWELL
    return code


def _is_nobody_reading() -> bool:
    """Tell whether who read the output has gone (`check | head -1`); what is left of it goes nowhere then."""
    output = sys.stdout.fileno()
    look = select.poll()
    look.register(output, 0)
    if not any(what & select.POLLERR for _, what in look.poll(0)):
        return False
    os.dup2(os.open(os.devnull, os.O_WRONLY), output)
    return True


def _as_told(error: KioskError) -> tuple[int, str]:
    """Return the exit code of an error and its words; of broken settings each mistake in a line of its own."""
    for kind, code in ((UsageError, USAGE), (ConfigError, BAD_CONFIG), (StoreError, BAD_STORE)):
        if isinstance(error, kind):
            return code, str(error)
    return BAD_SERVER if isinstance(error, ServerError) else UNWELL, f"{error.code}: {error}"


def _set_up_logging(*, verbose: bool) -> None:
    """Log to standard error: warnings, and more when asked for."""
    handler = logging.StreamHandler()
    # Set on the handler: Kivy sets its own logger's level when it is imported, over whatever was there.
    handler.setLevel(logging.INFO if verbose else logging.WARNING)
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s", handlers=[handler])


def _said(code: int, *lines: str) -> int:
    for line in lines:
        print(line, file=sys.stderr)
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="main.py", description="Check-in and health-screening kiosk.", epilog=_EXIT_CODES
    )
    parser.add_argument("--verbose", action="store_true", help="say more on standard error; never anything personal")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    kiosk = _command(commands, "kiosk", "open the kiosk's window, or enrol it with --enrol", _kiosk)
    _config_and_data(kiosk, "kiosk.toml")
    kiosk.add_argument(
        "--stay", action="store_true", help="show on the screen what keeps the kiosk from starting, and try again"
    )
    kiosk.add_argument("--enrol", metavar="CODE", help="trade the server's one-time code for this kiosk's identity")

    central = _command(commands, "central", "run the central server", _central)
    _config_and_data(central, "central.toml")
    central.add_argument(
        "--new-keys", action="store_true", help="make new keys where keys.json is lost for good, and end"
    )

    _passing(commands, "demo", "show a whole day's door: server, bookings, kiosk, drawn visitors", _demo)

    scan = _command(commands, "scan", "print one JSON line per picture or video frame with a QR code", _scan)
    scan.add_argument("paths", nargs="+", metavar="PATH", help="pictures, videos or folders of them")

    check = _command(
        commands, "check", "check settings and devices, in plain words; exit code 1 when one fails", _check
    )
    check.add_argument("--config", type=Path, default=CONFIG / "kiosk.toml", help="the kiosk's settings")
    check.add_argument("--data", type=Path, help="the kiosk's data folder: how the last reference check stands")
    check.add_argument(
        "--reference", action="store_true", help="check the thermometer against a reference, step by step"
    )
    check.add_argument("--full", action="store_true", help="with --reference: from 33 to 41 °C by one degree")

    _passing(commands, "log", "look at the screening log: log list|verify|rebuild|export …", _log)

    _passing(commands, "bench", "run a benchmark: bench NAME …", _bench)
    return parser


def _command(
    commands: _Commands, name: str, text: str, run: Callable[[argparse.Namespace], int]
) -> argparse.ArgumentParser:
    """Add a subcommand of which every argument is known here."""
    command = commands.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".", epilog=_EXIT_CODES)
    command.set_defaults(run=run, passes_on=False)
    return command


def _passing(commands: _Commands, name: str, text: str, run: _Run) -> None:
    """Add a subcommand whose arguments, `--help` among them, are read by the program behind it."""
    commands.add_parser(name, help=text, add_help=False).set_defaults(run=run, passes_on=True)


def _config_and_data(command: argparse.ArgumentParser, file: str) -> None:
    command.add_argument("--config", type=Path, default=CONFIG / file, help="the settings")
    command.add_argument("--data", type=Path, required=True, help="the folder of its data")


def _kiosk(options: argparse.Namespace) -> int:
    if not options.enrol and not any(os.environ.get(name) for name in _DISPLAYS):
        raise UsageError(f"there is no display here: none of {', '.join(_DISPLAYS)} is set; nobody would see the kiosk")
    try:
        return _start(options)
    except (ConfigError, StoreError) as error:
        if options.stay:
            _said(*_as_told(error))
            import_module("kiosk.launch").show_failure(options.config, error)
        raise


def _start(options: argparse.Namespace) -> int:
    from kiosk import enrolment
    from kiosk.config import load

    settings = load(options.config)
    if options.enrol:
        identity = enrolment.enrol(settings, options.data, options.enrol)
        print(f"enrolled as {identity.site_id}/{identity.kiosk_id}, letter {identity.letter}, epoch {identity.epoch}")
        return OK
    return int(import_module("kiosk.launch").run(settings, options.data))


def _central(options: argparse.Namespace) -> int:
    if options.new_keys:
        return int(import_module("central.server").new_keys(options.data))
    return int(import_module("central.server").main(options.config, options.data))


def _demo(options: argparse.Namespace) -> int:
    return int(import_module("demo.main").main(options.rest))


def _scan(options: argparse.Namespace) -> int:
    from kiosk.scanner import scan_paths

    return scan_paths(options.paths, sys.stdout)


def _bench(options: argparse.Namespace) -> int:
    names = sorted(path.stem for path in (CONFIG.parent / "bench").glob("*.py") if path.stem != "__init__")
    if options.rest[:1] in (["--help"], ["-h"]):
        print(f"usage: main.py bench NAME …\n\nRun a benchmark: {', '.join(names)}.\n\n{_EXIT_CODES.strip()}")
        return OK
    if not options.rest or options.rest[0] not in names:
        return _said(USAGE, f"bench: which one? There are: {', '.join(names)}")
    return int(import_module(f"bench.{options.rest[0]}").run(options.rest[1:]))


def _check(options: argparse.Namespace) -> int:
    if options.reference:
        from kiosk.check_reference import DAILY, FULL, Talk, check_reference
        from kiosk.config import load

        at_cc = FULL if options.full else DAILY
        return check_reference(load(options.config), options.data, at_cc, Talk(sys.stdin, sys.stdout))
    from kiosk.check import check

    return check(options.config, sys.stdout, options.data)


def _log(options: argparse.Namespace) -> int:
    from kiosk.log_commands import parser

    chosen = parser(CONFIG / "kiosk.toml", _EXIT_CODES).parse_args(options.rest)
    return int(chosen.run(chosen, sys.stdout))
