"""Packages with which tests compare, imported where a test first uses them.

Every worker of pytest-xdist collects all tests and runs a part of them: at the top of a module an
import costs each worker what one needs.
"""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import Any

import pytest


class LazyPackage:
    """A package that is imported when it is first asked for a name."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):  # pytest asks everything in a module whether it is a test
            raise AttributeError(name)
        return getattr(import_module(self._name), name)


def lazily(name: str) -> Any:
    """Return a package; a module of tests that needs one which is not installed is skipped."""
    if find_spec(name.partition(".")[0]) is None:
        pytest.skip(f"no {name}", allow_module_level=True)
    return LazyPackage(name)
