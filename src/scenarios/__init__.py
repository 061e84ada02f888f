"""Forecast scenarios, graded evidence and an honest weekly review, in plain text and git.

`scenarios.open(path)` gives a Workspace: see docs/api.md. What is named here is imported when it is
asked for, so that neither `import scenarios` nor a command's start pays for it.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from scenarios.api import Workspace, open  # noqa: A004 - as it is called: scenarios.open
    from scenarios.errors import Problem, ScenError, UsageError
    from scenarios.exchange.arrivals import ReadOptions
    from scenarios.model import Database, Evidence, Indicator, Scenario, Sheet, Source, Tracker
    from scenarios.workspace.importing.settings import Settings

__version__ = "0.1.0"
__all__ = [
    "Database",
    "Evidence",
    "Indicator",
    "Problem",
    "ReadOptions",
    "ScenError",
    "Scenario",
    "Settings",
    "Sheet",
    "Source",
    "Tracker",
    "UsageError",
    "Workspace",
    "__version__",
    "open",
]
_HOMES = {
    "Workspace": "api",
    "open": "api",
    **dict.fromkeys(("Problem", "ScenError", "UsageError"), "errors"),
    "Settings": "workspace.importing.settings",
    "ReadOptions": "exchange.arrivals",
}
_FORMERLY = {"Wanted": "ReadOptions"}  # to go with version 0.2


def __getattr__(name: str) -> Any:
    """Return a name of the library, from the module that holds it (PEP 562)."""
    name = _FORMERLY.get(name, name)
    if name not in __all__:
        raise AttributeError(f"module 'scenarios' has no attribute {name!r}")
    return getattr(import_module(f"scenarios.{_HOMES.get(name, 'model')}"), name)


def __dir__() -> list[str]:
    return __all__
