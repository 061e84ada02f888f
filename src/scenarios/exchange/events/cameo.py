"""CAMEO's twenty kinds of event (Gerner, Schrodt & Yilmaz 2009), by the first two digits."""

from __future__ import annotations

_KINDS = (
    *("Make public statement", "Appeal", "Express intent to cooperate", "Consult"),
    *("Engage in diplomatic cooperation", "Engage in material cooperation", "Provide aid"),
    *("Yield", "Investigate", "Demand", "Disapprove", "Reject", "Threaten", "Protest"),
    *("Exhibit military posture", "Reduce relations", "Coerce", "Assault", "Fight"),
    "Engage in unconventional mass violence",
)


def kind_of(code: str) -> str:
    """What a code means, as far as its first two digits tell; the code where they do not."""
    known = code[:2].isdecimal() and 0 < int(code[:2]) <= len(_KINDS)
    return f"{_KINDS[int(code[:2]) - 1]} (CAMEO {code})" if known else f"CAMEO {code}"
