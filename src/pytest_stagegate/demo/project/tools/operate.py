"""Export what operations know: open incidents, and until when Python is supported. For example: operate.py reports

A real project exports incidents from PagerDuty or the like, and takes the days of support from endoflife.date.
"""

from __future__ import annotations

import datetime
import sys
from pathlib import Path

SUPPORTED_UNTIL = {"3.10": "2026-10-31", "3.11": "2027-10-31", "3.12": "2028-10-31", "3.13": "2029-10-31"}
INCIDENTS = [
    "id,title,severity,status,opened,service",
    "41,Quotes for islands were slow,medium,resolved,2026-09-14T06:30:00Z,rates",
    "44,An invoice shows the price twice,low,open,2026-09-29T11:00:00Z,invoices",
]
BROKEN = "47,Every refund is a cent too high,critical,open,2026-10-02T08:15:00Z,rates"


def support() -> str:
    """Return the table as of today; this Python is in it, whichever it is."""
    current = ".".join(map(str, sys.version_info[:2]))
    ends = {cycle: end for cycle, end in SUPPORTED_UNTIL.items() if cycle != current}
    lines = [f'[[product]]\nname = "python"\ncycle = "{cycle}"\nend = {end}\n' for cycle, end in ends.items()]
    own = f'[[product]]\nname = "python"\ncycle = "{current}"\nend = false  # a sample has to run in any year\n'
    return "\n".join([f"made = {datetime.date.today()}\n", *lines, own])


def main() -> None:
    """Write both files."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    incidents = [*INCIDENTS, BROKEN] if "--broken" in sys.argv else INCIDENTS
    (folder / "incidents.csv").write_text("\n".join([*incidents, ""]), encoding="utf-8")
    (folder / "support.toml").write_text(support(), encoding="utf-8")
    print(f"wrote {folder.as_posix()}/incidents.csv and {folder.as_posix()}/support.toml")


if __name__ == "__main__":
    main()
