"""Words that decide nothing, and sentences that mix how likely with how sure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scenarios.errors import Fault, Keys
from scenarios.model import Database, Kind

_VAGUE = re.compile(
    r"\b(?i:could|might|possibly|possible|serious chance)\b"
    r"|\bmay\b|(?:^|(?<=[.!?] ))May(?= [^\d])"  # May in mid-sentence, or before a number: the month
)
_CONFIDENCE = re.compile(r"\b(high|moderate|medium|low) confidence\b|\bconfident\b", re.IGNORECASE)
_LIKELIHOOD = re.compile(
    r"\b(un)?likely\b|\b(im)?probabl[ey]\b|\balmost certain(ly)?\b|\bnearly certain\b"
    r"|\balmost no chance\b|\bremote chance\b|\beven (chance|odds)\b|\brealistic possibility\b",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"(?<=[.!?])\s+")


def vague_words(database: Database) -> Iterator[tuple[Kind, str, Fault]]:
    """`vague-words`: in a question or criterion, or likelihood beside confidence."""
    for id, scenario in database.scenarios.items():
        for key in ("question", "resolution_criteria"):
            for word in dict.fromkeys(_VAGUE.findall(getattr(scenario, key))):
                message = f"'{word}' decides nothing: say what must be true, by when, by whose word"
                yield "scenario", id, _vague((key,), message)
    for kind, id, keys, text in _judgements(database):
        for sentence in _SENTENCE.split(text) if _CONFIDENCE.search(text) else ():
            sure, likely = _CONFIDENCE.search(sentence), _LIKELIHOOD.search(sentence)
            if sure and likely:
                message = f"'{likely[0]}' and '{sure[0]}' in one sentence: ICD 203 keeps them apart"
                yield kind, id, _vague(keys, message)


def _judgements(database: Database) -> Iterator[tuple[Kind, str, Keys, str]]:
    """The texts in which analysts judge."""
    for id, scenario in database.scenarios.items():
        yield "scenario", id, ("question",), scenario.question
        yield "scenario", id, ("resolution_criteria",), scenario.resolution_criteria
        yield "scenario", id, ("prior", "basis"), scenario.prior.basis
    for id, sheet in database.sheets.items():
        for scenario_id, text in sheet.rationales.items():
            yield "forecasts", id, ("rationales", scenario_id), text
    for id, item in database.evidence.items():
        yield "evidence", id, ("notes",), item.notes or ""


def _vague(keys: Keys, message: str) -> Fault:
    return Fault(keys, "value", "vague-words", message)
