"""What is kept of the log, and for whom: legal holds, erasure, the sealed copy of its key."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Final

from kiosk.adapters import escrow
from kiosk.adapters.aside_logs import AsideLogs
from kiosk.adapters.clock import SystemClock
from kiosk.adapters.database import write_key
from kiosk.adapters.local_copy import SqliteCopy
from kiosk.config import load
from kiosk.domain.entry import EntryKind
from kiosk.domain.times import to_wire
from kiosk.enrolment import COPY_FILE
from kiosk.errors import StoreError, UsageError
from kiosk.log_commands.files import Command, iso_day, log_file, open_reader, open_store, said
from kiosk.services.retention import Retention
from kiosk.services.rulebook import Rulebook
from kiosk.wiping import wipe

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping
    from typing import TextIO

    from kiosk.adapters.log_reader import LogReader
    from kiosk.adapters.log_store import LogStore


_HOLD: Final = "H"  # a hold's id: this, and the number of the entry that placed it


def _hold_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--from", dest="from_day", type=iso_day, help="first day that is held (ISO date)")
    parser.add_argument("--until", dest="until_day", type=iso_day, help="last day that is held")
    parser.add_argument("--lift", metavar="ID", help="lift this hold instead of placing one")
    parser.add_argument("--by", help="who orders it")
    parser.add_argument("--reason", help="why: the matter's number; no names of visitors")


def hold(options: argparse.Namespace, out: TextIO) -> int:
    """Place a legal hold, lift one, or list those that stand."""
    is_change = _is_change_of_hold(options)
    store = open_store(options)
    try:
        if is_change:
            _change_hold(store, options)
        stand = store.state.holds()
    finally:
        store.close()
    with closing(open_reader(options)) as reader:
        for item in stand:
            row = {"id": item.id, "from": item.from_day.isoformat(), "until": item.until_day.isoformat()}
            row |= _placed(reader, item.id)
            line = f"{item.id}: {row['from']} to {row['until']}, since {to_wire(item.placed_at)}"
            said(out, row, f"{line}, by {row['by']}: {row['reason']}", as_json=options.json)
    if not (stand or options.json):
        out.write("no hold stands\n")
    return 0


def _placed(reader: LogReader, hold_id: str) -> dict[str, str]:
    """Return who placed a hold and why: whoever is to lift it must know whom to ask. Its id has its entry's number."""
    (entry,) = reader.entries(int(hold_id.removeprefix(_HOLD)) - 1, 1)
    return {"by": entry.data()["by"], "reason": entry.data()["reason"]}


def _is_change_of_hold(options: argparse.Namespace) -> bool:
    """Tell whether a hold is to be placed or lifted; raises UsageError where only a part of that is said.

    Whoever means to hold days must not be told nothing while they go on being erased.
    """
    said = [getattr(options, name) for name in ("from_day", "until_day", "lift", "by", "reason")]
    if not any(said):
        return False
    if not (options.by and options.reason and (options.lift or options.from_day)):
        raise UsageError("a hold is placed with --from, --by and --reason, and lifted with --lift, --by and --reason")
    if options.lift and (options.from_day or options.until_day):
        raise UsageError("a hold is placed or lifted, not both: --lift needs no days")
    if options.until_day and options.until_day < options.from_day:
        raise UsageError("--until lies before --from")
    return True


def _change_hold(store: LogStore, options: argparse.Namespace) -> None:
    by = {"by": options.by, "reason": options.reason}
    with store.act() as act:
        if options.lift:
            if all(item.id != options.lift for item in act.state.holds()):
                raise UsageError(f"no hold {options.lift} stands; without arguments those that do are listed")
            act.record(EntryKind.HOLD_LIFTED, {"hold_id": options.lift, **by})
            return
        until = options.until_day or options.from_day
        name = f"{_HOLD}{store.last()[0] + 1}"
        days = {"from": options.from_day.isoformat(), "until": until.isoformat()}
        act.record(EntryKind.HOLD_PLACED, {"hold_id": name, **days, **by})


def erase(options: argparse.Namespace, out: TextIO) -> int:
    """Erase now what is past its time by the policy in force; a running kiosk does so by itself, once an hour."""
    settings = load(options.config)
    path, key = log_file(options.config, options.data)
    store, reader = open_store(options), open_reader(options)
    copy = SqliteCopy(path.with_name(COPY_FILE), key)
    try:
        rules = Rulebook(copy, settings.policy, settings.declaration, settings.plan)
        if not rules.is_set_up:
            raise StoreError(f"{options.data}: the site's rules never came; whose calendar decides is not known")
        aside = AsideLogs(path.parent, key)
        erased, is_cut = Retention(reader, store, rules, SystemClock(), lambda job: job(), aside).run()
    finally:
        for opened in (copy, reader, store):
            opened.close()
    line = f"{erased} bodies erased" + ("" if is_cut else "; the write-ahead log is in use and is cut later")
    said(out, {"erased": erased, "cut": is_cut}, line, as_json=options.json)
    return 0


def _key_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--out", type=Path, required=True, help="a new folder for the pair; keep it off the kiosk")


def escrow_keys(options: argparse.Namespace, out: TextIO) -> int:
    """Make a supervisor's pair of keys; the public one goes to the kiosks, the private one into a safe."""
    public, private = escrow.make_pair(options.out)
    said(out, {"public": str(public), "private": str(private)}, f"{public}\n{private}", as_json=options.json)
    return 0


def _recover_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--private", type=Path, required=True, help="the supervisor's private key")
    parser.add_argument("--key-out", type=Path, required=True, help="where the log's key is written; mode 0600")


def recover(options: argparse.Namespace, out: TextIO) -> int:
    """Open the sealed copy of the key that lies beside a dead kiosk's log."""
    sealed = options.data / escrow.SEALED_FILE
    key = escrow.unseal(sealed, options.private)
    write_key(options.key_out, key)
    said(out, {"key_file": str(options.key_out)}, f"the key is in {options.key_out}", as_json=options.json)
    return 0


def _wipe_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--exported", type=Path, help="a file of `log export --json` that holds every unsent entry")


def wipe_folder(options: argparse.Namespace, out: TextIO) -> int:
    """Delete a kiosk's data; refused while the server lacks an entry that the exported file does not hold either."""
    only_exported = wipe(load(options.config), options.data, options.exported)
    line = "wiped" + (f"; {only_exported} entries are now in the exported file only" if only_exported else "")
    said(out, {"wiped": True, "only_exported": only_exported}, line, as_json=options.json)
    return 0


COMMANDS: Final[Mapping[str, Command]] = {
    "hold": Command("list legal holds, place one (--from, --until) or lift one (--lift)", hold, _hold_arguments),
    "erase": Command("erase now what is past its time", erase),
    "escrow-keys": Command("make a supervisor's pair of keys", escrow_keys, _key_arguments, needs_data=False),
    "wipe": Command("delete a kiosk's data; refused while entries are unsent", wipe_folder, _wipe_arguments),
    "recover": Command("open a dead kiosk's disk with the supervisor's private key", recover, _recover_arguments),
}
