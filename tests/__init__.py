"""Facts about forecasting, and about the program that records it."""

import sys

# jsonschema would read a grammar of addresses, 1.3 s, for formats that no schema of ours names.
sys.modules["rfc3987_syntax"] = None  # type: ignore[assignment]
