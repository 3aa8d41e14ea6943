"""Start: kiosk | central | demo | scan | check | log | bench. See `kiosk/cli.py`."""

import sys

from kiosk.cli import main

if __name__ == "__main__":
    sys.exit(main())
