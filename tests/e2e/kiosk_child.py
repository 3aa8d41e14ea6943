"""A kiosk that is made to be killed: walks visitors through and prints each act once its view has come back.

    python -m tests.e2e.kiosk_child ORDERS.json

One JSON line per act: which code, which visit, which screen, which number. It stops by itself when nobody kills it.
"""

from __future__ import annotations

import json
import sys
import threading
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from demo.clock import SimulatedClock
from kiosk.adapters.thermometers.simulated import SimulatedThermometer
from kiosk.bootstrap import Kiosk, Parts
from kiosk.services.views import Face
from tests.e2e.city import kiosk_settings

if TYPE_CHECKING:
    from kiosk.services.views import View

TEMPERATURES: Final = (3650, 3650, 3390, 3650, 3760)
"""Of one visitor after another: let in, let in, sent to rest, let in, held for the guard."""
_LIVES_S: Final = 60.0


def lead(kiosk: Kiosk, thermometer: SimulatedThermometer, place: int, code: str) -> None:
    """Walk one visitor as far as they come without a guard."""

    def told(view: View) -> View:
        line = {"code": place, "visit": view.visit_id, "face": view.face.value, "number": view.number}
        sys.stdout.write(json.dumps(line) + "\n")
        sys.stdout.flush()
        return view

    view = told(kiosk.call(lambda: kiosk.desk.scan([code])))
    while (visit_id := view.visit_id) is not None:
        if view.face is Face.BOOKING:
            view = told(kiosk.call(lambda visit_id=visit_id: kiosk.desk.confirm(visit_id)))
        elif view.face is Face.DECLARATION:
            view = told(kiosk.call(lambda visit_id=visit_id: kiosk.desk.declare(visit_id, ())))
        elif view.face is Face.MEASURING:
            thermometer.will_read(TEMPERATURES[place % len(TEMPERATURES)])
            view = told(kiosk.measure(visit_id, lambda _part: None).result())
        else:
            return


def main(orders_file: str) -> int:
    """Run until killed; 0 when nobody does."""
    orders = json.loads(Path(orders_file).read_text(encoding="utf-8"))
    clock = SimulatedClock(datetime.fromisoformat(orders["now"]))
    clock.run()
    thermometer = SimulatedThermometer(clock, is_paced=False)
    settings = kiosk_settings(orders["url"], Path(orders["key_file"]))
    kiosk = Kiosk(settings, Path(orders["data"]), Parts(clock=clock, thermometer=thermometer))
    kiosk.start()
    for place, code in enumerate(orders["codes"]):
        if place >= orders["first"]:
            lead(kiosk, thermometer, place, code)
    threading.Event().wait(_LIVES_S)
    kiosk.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
