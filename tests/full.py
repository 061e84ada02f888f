"""`SCEN_FULL=1 pytest …` tries all of what is slow, and twenty times as many examples; 2 forty."""

from __future__ import annotations

import os

FULL = int(os.environ.get("SCEN_FULL") or 0)
TIMES = 20 * FULL or 1
