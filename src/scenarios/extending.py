"""The names on which an extension stands, besides `scenarios` and `scenarios.render.document`.

docs/extending.md explains each. They are kept from one version to the next, as no other name of
scen is, and each is imported when it is asked for.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from scenarios.extensions import Command, Extension, Target

if TYPE_CHECKING:
    from scenarios.address import engine_words, hidden, web_address
    from scenarios.analysis.evidence.knowledge import resolution
    from scenarios.analysis.period.period import Window
    from scenarios.analysis.rules.rule import Finding, note, of_scenario, rule
    from scenarios.errors import Fault, extra_needed
    from scenarios.exchange.answer import QueryRows
    from scenarios.exchange.arrivals import (
        FilePosition,
        ForeignId,
        ImportFile,
        ImportForecast,
        ImportRecord,
        RowError,
        SourceFile,
        called,
        stix_id,
    )
    from scenarios.exchange.engine import bounded_engine, connect
    from scenarios.exchange.incoming import (
        CellError,
        ForeignQuestion,
        ImportBuilder,
        InputFile,
        NormalizedRow,
        QuestionOption,
        QuestionOutcome,
        incoming,
        items,
        list_of,
        probability,
        rows,
        text_of,
    )
    from scenarios.exchange.tables.reading import value as json_value
    from scenarios.exchange.tables.table import lines, refused
    from scenarios.exchange.targets.folders import folder_codec
    from scenarios.exchange.targets.table import Codec
    from scenarios.exchange.view.table import SCENARIO, ViewTable, column, table
    from scenarios.exchange.view.view import View, ViewContext
    from scenarios.scales import rating_decibans
    from scenarios.site.site import Page, Site, page_of
    from scenarios.text import clean, counted, did_you_mean, digest, shown, slug

_HOMES = {
    "address": "engine_words hidden web_address",
    "analysis.evidence.knowledge": "resolution",
    "analysis.period.period": "Window",
    "analysis.rules.rule": "Finding note of_scenario rule",
    "errors": "Fault extra_needed",
    "exchange.arrivals": "ImportRecord ImportFile ImportForecast ForeignId RowError FilePosition"
    " SourceFile called stix_id",
    "exchange.incoming": "CellError InputFile NormalizedRow ImportBuilder ForeignQuestion"
    " QuestionOption QuestionOutcome incoming items list_of probability rows text_of",
    "exchange.tables.reading": "json_value=value",
    "exchange.tables.table": "lines refused",
    "exchange.engine": "bounded_engine connect",
    "exchange.answer": "QueryRows",
    "exchange.targets.folders": "folder_codec",
    "exchange.targets.table": "Codec",
    "exchange.view.table": "SCENARIO ViewTable column table",
    "exchange.view.view": "ViewContext View",
    "scales": "rating_decibans",
    "site.site": "Page Site page_of",
    "text": "clean counted did_you_mean digest shown slug",
}
_PLACES = {
    name.partition("=")[0]: (f"scenarios.{home}", name.partition("=")[2] or name)
    for home, names in _HOMES.items()
    for name in names.split()
}
__all__ = ["Command", "Extension", "Target", *_PLACES]  # noqa: PLE0604 - they are texts


def __getattr__(name: str) -> Any:
    """Return a name from the module that holds it (PEP 562)."""
    if name not in _PLACES:
        raise AttributeError(f"module 'scenarios.extending' has no attribute {name!r}")
    home, own = _PLACES[name]
    return getattr(import_module(home), own)
