"""No note of what was done outlives the tests."""

from __future__ import annotations

from tests.cli.conftest import _notes_lie_here, root

__all__ = ["_notes_lie_here", "root"]
