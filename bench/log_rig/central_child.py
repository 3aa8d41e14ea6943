"""The demo's central server in a process of its own, until its standard input ends.

    python -m bench.log_rig.central_child FOLDER

Prints one JSON line: the URL, and an enrolment code for each of two kiosks.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from central.clock import SystemClock
from central.server import RunningServer
from central.settings import Settings
from demo.world import HERE, furnish


def main(folder: Path) -> int:
    """Serve until whoever started this closes the pipe or ends."""
    server = RunningServer(Settings.model_validate({"server": {"port": 0}}), folder, SystemClock())
    try:
        codes = [furnish(server.desk)]
        server.desk.fleet.put_kiosk(HERE, "raw", "C")
        codes.append(server.desk.fleet.enrolment_code(HERE, "raw").code)
        print(json.dumps({"url": server.start(), "codes": codes}), flush=True)
        sys.stdin.read()
    finally:
        server.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
