"""What a grade, a rating and an id are in STIX, and what stands in our extension of it."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from scenarios.errors import extra_needed
from scenarios.scales import rating_decibans
from scenarios.values import Code, Rating

EXTENSION = "extension-definition--e32ec944-58e5-58ea-9e83-7cd34b4cd886"
"""Our properties: what STIX has no place for, a probability above all, which is no confidence."""
_SPACE = uuid.UUID("27ed47d9-e8b1-5c87-b479-839878e862e5")
_LABELS = {
    1: "1 - Confirmed by other sources",
    2: "2 - Probably True",
    3: "3 - Possibly True",
    4: "4 - Doubtful",
    5: "5 - Improbable",
    6: "6 - Truth cannot be judged",
}
"""Appendix B of STIX 2.1, as its library spells the labels."""
OPINIONS: dict[Code, str] = {
    "CC": "strongly-agree",
    "C": "agree",
    "N": "neutral",
    "I": "disagree",
    "II": "strongly-disagree",
}


def refuse_without_library() -> None:
    """The library of the OASIS committee makes and checks every object."""
    from importlib.util import find_spec  # noqa: PLC0415 - few need it

    if find_spec("stix2") is None:
        raise extra_needed("STIX", "stix")


def confidence_of(credibility: int | None) -> int | None:
    """The confidence of an Admiralty credibility; None of 6 and of none, where it has no place."""
    from stix2.confidence.scales import admiralty_credibility_to_value  # noqa: PLC0415 - an extra

    label = _LABELS[credibility or 6]
    value: int | None = admiralty_credibility_to_value(label) if label[0] != "6" else None
    return value


def credibility_of(confidence: int | None) -> int | None:
    """The Admiralty credibility of a confidence, 0 to 100; None of none."""
    from stix2.confidence.scales import value_to_admiralty_credibility  # noqa: PLC0415 - an extra

    return None if confidence is None else int(value_to_admiralty_credibility(confidence)[0])


def label_of(credibility: int | None) -> str:
    """What a credibility is called."""
    return _LABELS[credibility or 6]


def opinion_of(rating: Rating, table: dict[str, float]) -> str:
    """The word nearest to what a rating is worth."""
    worth = rating_decibans(rating, table)
    nearest = min(OPINIONS, key=lambda code: (abs(table[code] - worth), abs(table[code])))
    return OPINIONS[nearest]


def id_of(kind: str, *names: str) -> str:
    """The same id for the same names, in every run."""
    return f"{kind}--{uuid.uuid5(_SPACE, '/'.join((kind, *names)))}"


def moment(day: dt.date) -> str:
    """The first moment of a day."""
    return f"{day.isoformat()}T00:00:00.000Z"


def extension(**properties: Any) -> dict[str, Any]:
    """Our properties of an object, without those that say nothing."""
    said = {key: value for key, value in properties.items() if value not in (None, (), [], {}, "")}
    return {EXTENSION: {"extension_type": "property-extension", **said}}


def properties_of(found: Any) -> dict[str, Any]:
    """Our properties of an object from elsewhere; none where it has none."""
    extensions = found.get("extensions")
    ours = extensions.get(EXTENSION) if isinstance(extensions, dict) else None
    return ours if isinstance(ours, dict) else {}
