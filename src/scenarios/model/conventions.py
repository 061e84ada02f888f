"""The conventions of a database: its tracker."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from scenarios import values
from scenarios.values import (
    Analyst,
    Line,
    Name,
    Prose,
    Record,
    SetId,
    ThemeId,
    Title,
    fixed,
    key,
    lacks,
)


class GradeWeights(Record, frozen=True):
    """The share of a rating that a grade keeps, 0 to 1: the team's own table."""

    reliability: Annotated[
        dict[values.LetterText, values.Share],
        Meta(min_length=6),
        key("The share for each letter of a source's reliability, 0 to 1."),
        fixed(
            A=("The share kept for A, completely reliable. 0 to 1.", 1.0),
            B=("The share kept for B, usually reliable. 0 to 1.", 0.8),
            C=("The share kept for C, fairly reliable. 0 to 1.", 0.6),
            D=("The share kept for D, not usually reliable. 0 to 1.", 0.3),
            E=("The share kept for E, unreliable. 0 to 1.", 0.0),
            F=("The share kept for F, reliability cannot be judged. 0 to 1.", 0.4),
        ),
    ]
    credibility: Annotated[
        list[values.Share],
        Meta(min_length=6, max_length=6),
        key(
            "The share for each credibility, 1 (confirmed) to 6 (cannot be judged), in this order;"
            " six numbers, each 0 to 1.",
            [1.0, 0.8, 0.5, 0.2, 0.0, 0.4],
            message="it needs six numbers, one for each credibility from 1 to 6",
        ),
    ]

    def share(self, grade: str) -> float:
        """What an item of a grade keeps of its rating."""
        return self.reliability[grade[0]] * self.credibility[int(grade[1]) - 1]


class Dependence(Record, frozen=True):
    """The correlation, 0 to 1, of two lines of one theme and of two lines of different themes."""

    within: Annotated[
        values.Share,
        key("The correlation of two lines of one theme. 0 to 1, not below `between`.", 0.6),
    ]
    between: Annotated[
        values.Share, key("The correlation of two lines of different themes. 0 to 1.", 0.2)
    ]


class Tracker(Record, frozen=True):
    """What is tracked, and by which conventions; one tracker.yaml for each database."""

    format: Annotated[Literal[1], key("The version of this file format.", 1), values.REQUIRED] = 1
    id: Annotated[
        values.Label | None,
        key(
            "Whose exports these are: `scen init` writes it, and no export replaces that of"
            " another. A fork gives itself another id. Absent: the first commit's, without a"
            " repository the title.",
            "7f3a9c21d0e4",
        ),
    ] = None
    title: Annotated[
        Title,
        key("What the whole tracker is about, in a few words.", "China–Russia alignment"),
        values.REQUIRED,
    ] = ""
    description: Annotated[
        Prose,
        key(
            "What the tracker is for, how its numbers came about, and what a reader must know.",
            "How close will China and Russia get by 2030? Reviewed every Monday.",
        ),
    ] = ""
    notice: Annotated[
        Line | None,
        key(
            "What a reader must know before anything else; it stands at the top of every report.",
            "Written with hindsight; proves no skill.",
        ),
    ] = None
    repository: Annotated[
        values.Url | None,
        key(
            "Where this folder's files can be seen: pages put a file's path behind it.",
            "https://github.com/owner/name/blob/main/scenarios",
        ),
    ] = None
    review_every_days: Annotated[
        int,
        Meta(ge=1, le=3660),
        key(
            "Days from one review to the next; the weekly report looks back this far. A whole"
            " number from 1.",
            7,
        ),
    ] = 7
    forecast_expires_days: Annotated[
        Annotated[int, Meta(ge=1, le=36600)] | None,
        key(
            "Days after which a stated probability no longer stands; absent, it stands until it is"
            " changed or withdrawn.",
            180,
        ),
    ] = None
    estimative_language: Annotated[
        Literal["icd-203", "phia"],
        key(
            "Whose words go with a probability: icd-203 (United States) or phia (United Kingdom).",
            *("icd-203", "phia"),
        ),
    ] = "icd-203"
    decibans: Annotated[
        dict[values.CodeText, values.Decibans],
        Meta(min_length=5),
        key(
            "What each rating is worth, in decibans (10·log10 of the likelihood ratio);"
            " CC ≥ C ≥ 0 ≥ I ≥ II."
        ),
        fixed(
            "N",
            CC=(
                (
                    "Strongly consistent: much more expected if the scenario happens."
                    " Decibans, 0 to 100."
                ),
                10,
            ),
            C=("Consistent: more expected if the scenario happens. Decibans, 0 to 100.", 5),
            N=("Neutral: equally expected either way; always 0.", 0),
            I=("Inconsistent: less expected if the scenario happens. Decibans, -100 to 0.", -5),
            II=(
                (
                    "Strongly inconsistent: much less expected if the scenario happens."
                    " Decibans, -100 to 0."
                ),
                -10,
            ),
        ),
    ] = msgspec.field(
        default_factory=lambda: {"CC": 10.0, "C": 5.0, "N": 0.0, "I": -5.0, "II": -10.0}
    )
    grade_weights: Annotated[
        GradeWeights | None,
        key(
            "The share of a rating that a grade keeps; the team's own table. Absent, grades are"
            " shown and not applied."
        ),
    ] = None
    evidence_dependence: Annotated[
        values.Share | Dependence,
        key(
            "How alike lines of evidence about one question are, 0 independent (as when absent) to"
            " 1 the same: within one theme and between themes, or one number for both.",
            *({"within": 0.6, "between": 0.2}, 0.5),
            message="it is a number from 0 to 1, or {within: 0.6, between: 0.2}, each from 0 to 1",
        ),
    ] = 0.0
    rating_strength: Annotated[
        float,
        Meta(ge=0.1, le=2),
        key(
            "What every rating is multiplied by, 0.1 to 2; absent, 1. `scen score` says what the"
            " record would have it be.",
            0.7,
        ),
    ] = 1.0
    themes: Annotated[
        dict[ThemeId, Name],
        key(
            "What a line of evidence can be about: an id and a title. Lines of one theme overlap"
            " more than lines of different themes.",
            {"energy": "Gas, oil and pipelines"},
        ),
    ] = {}
    analysts: Annotated[
        dict[Analyst, Name],
        key(
            "Who forecasts here: an id and a name. Once some are declared, nobody else is"
            " accepted.",
            {"desk": "The desk"},
        ),
        lacks(page="A page names an analyst by the id."),
    ] = {}
    sets: Annotated[
        dict[SetId, Name],
        key(
            "The sets of mutually exclusive and exhaustive scenarios: an id and what they divide.",
            {"relationship-2030": "Form of the relationship on 31 December 2030"},
        ),
    ] = {}

    @property
    def dependence(self) -> Dependence:
        """`evidence_dependence`; a single number holds within a theme and between themes."""
        declared = self.evidence_dependence
        if isinstance(declared, Dependence):
            return declared
        return Dependence(within=declared, between=declared)
