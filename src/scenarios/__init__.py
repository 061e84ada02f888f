"""Forecast scenarios, graded evidence and an honest weekly review, in plain text and git.

`scenarios.open(path)` gives a Workspace: see docs/api.md. What is named here is imported when it is
asked for, so that neither `import scenarios` nor a command's start pays for it.
"""

import os
import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from scenarios.analysis.history.audit import Audit
    from scenarios.analysis.history.commit_log import History
    from scenarios.analysis.quantities.explanation import QuantityExplanation
    from scenarios.analysis.review.ach import Matrix
    from scenarios.analysis.review.deadlines import Due
    from scenarios.analysis.review.explanation import Explanation
    from scenarios.analysis.review.inbox import InboxListing
    from scenarios.analysis.review.listing import ListFilter
    from scenarios.analysis.review.reminders import Reminders
    from scenarios.analysis.review.review import Brief, Review
    from scenarios.analysis.review.search import SearchResult
    from scenarios.analysis.scores.scoring import Score
    from scenarios.api import Workspace, open  # noqa: A004 - as it is called: scenarios.open
    from scenarios.connections import Plot
    from scenarios.errors import Problem, ScenError, UsageError
    from scenarios.exchange.answer import QueryResult
    from scenarios.exchange.arrivals import ReadOptions
    from scenarios.exchange.candidates import Candidate, Candidates, SearchMatches
    from scenarios.extensions import Extensions
    from scenarios.model import Database, Evidence, Indicator, Scenario, Sheet, Source, Tracker
    from scenarios.result import Picture, Rows
    from scenarios.values import Events
    from scenarios.workspace.checking import CheckResult
    from scenarios.workspace.exchange.exporting import ExportResult
    from scenarios.workspace.importing.settings import ImportSummary, Settings
    from scenarios.workspace.inbox import ProposedEntries
    from scenarios.workspace.reading import Diff, RecordShown, Status
    from scenarios.workspace.results import (
        AcceptResult,
        BuildSummary,
        CorrectionResult,
        EvidenceRecorded,
        ForecastRecorded,
        RecordResult,
        UndoResult,
    )

if sys.platform == "win32":
    # Else Windows runs a `git.exe` of the folder that one is in, perhaps a stranger's clone.
    os.environ.setdefault("NoDefaultCurrentDirectoryInExePath", "1")

__version__ = "0.1.0"
__all__ = ["AcceptResult", "Audit", "Brief", "BuildSummary", "Candidate", "Candidates"]
__all__ += ["CheckResult", "CorrectionResult", "Database", "Diff", "Due", "Events"]
__all__ += ["Evidence", "EvidenceRecorded", "Explanation", "ExportResult", "Extensions"]
__all__ += ["ForecastRecorded", "History", "ImportSummary", "InboxListing", "Indicator"]
__all__ += ["ListFilter", "Matrix", "Picture", "Plot", "Problem", "ProposedEntries"]
__all__ += ["QuantityExplanation", "QueryResult", "ReadOptions", "RecordResult", "RecordShown"]
__all__ += ["Reminders", "Review", "Rows", "ScenError", "Scenario", "Score", "SearchMatches"]
__all__ += ["SearchResult", "Settings", "Sheet", "Source", "Status", "Tracker", "UndoResult"]
__all__ += ["UsageError", "Workspace", "__version__", "open"]
_NAMES = {
    "connections": "InboxListing ListFilter Plot ProposedEntries",
    "errors": "Problem ScenError UsageError",
    "exchange.arrivals": "ReadOptions",
    "exchange.candidates": "Candidate Candidates SearchMatches",
    "extensions": "Extensions",
    "model": "Database Evidence Indicator Scenario Sheet Source Tracker",
    "result": "Picture Rows",
    "values": "Events",
    "workspace.checking": "CheckResult",
    "workspace.importing.settings": "Settings",
    "workspace.reading": "Diff RecordShown Status",
    "workspace.results": "AcceptResult BuildSummary CorrectionResult EvidenceRecorded"
    " ForecastRecorded RecordResult UndoResult",
}
_HOMES = {name: module for module, names in _NAMES.items() for name in names.split()}
_FORMERLY = {"Wanted": "ReadOptions"}  # to go with version 0.2


def __getattr__(name: str) -> Any:
    """Return a name of the library, from the module that holds it (PEP 562)."""
    name = _FORMERLY.get(name, name)
    if name not in __all__:
        raise AttributeError(f"module 'scenarios' has no attribute {name!r}")
    return getattr(import_module(f"scenarios.{_HOMES.get(name, 'api')}"), name)


def __dir__() -> list[str]:
    return __all__
