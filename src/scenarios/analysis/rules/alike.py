"""How alike two texts are before they may be about the same thing."""

from __future__ import annotations

ALIKE = 0.6
"""The share of words in common (Jaccard) from which two summaries are alike."""
