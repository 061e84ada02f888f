"""The conventions that made the figures of a review."""

from __future__ import annotations

from scenarios.analysis.review.review import Method


def sentences(method: Method) -> str:
    """The conventions that made the figures, in a paragraph."""
    worth = ", ".join(f"{code} {value:g}" for code, value in method.decibans.items())
    weights = "Grades are shown, not applied."
    if method.grade_weights:
        letters = ", ".join(f"{k} {v:g}" for k, v in method.grade_weights.reliability.items())
        numbers = ", ".join(f"{n} {v:g}" for n, v in enumerate(method.grade_weights.credibility, 1))
        weights = f"A grade keeps, by this team's own table: {letters}; {numbers}."
    analysts = "no standing forecast" if not method.analysts else "one analyst, no team"
    if method.analysts > 1:
        analysts = f"{method.analysts} analysts, the geometric mean of their odds"
    words = {"icd-203": "ICD 203, lower edges included", "phia": "PHIA yardstick, with its gaps"}
    return (
        f"Implied: Bayes' rule from the prior, in decibans ({worth}). {weights} "
        f"{_overlapping(method)} Ledger version {method.ledger}; each row is rounded by itself. "
        f"Stated: {analysts}. Words: {words[method.estimative_language]}."
    )


def _overlapping(method: Method) -> str:
    """How alike lines are taken to be, and how strong ratings."""
    within, between = method.evidence_dependence.within, method.evidence_dependence.between
    alike = f"Correlation of lines: {within:g} within a theme, {between:g} between themes."
    if within == between:
        alike = f"Correlation of lines: {within:g}."
    strong = f" Every rating × {method.rating_strength:g}." if method.rating_strength != 1 else ""
    return alike + strong
