"""What goes with a question, in one line."""

from __future__ import annotations

RELIABILITY = "A completely reliable, B usually, C fairly, D not usually, E not, F unjudged"
CREDIBILITY = "1 confirmed, 2 probably true, 3 possibly, 4 doubtful, 5 improbable, 6 unjudged"
HELP = {
    "--reliability": RELIABILITY,
    "--question": "What a stranger could decide on the last day: who, what, by when.",
    "--criteria": "What counts and what does not, and the document that settles it.",
    "--prior": "Like 0.05 or 5%: from a base rate, before the evidence to come.",
    "--horizon": "Like 2030-12-31.",
    "--set": "In a set exactly one occurs: the rivals share one probability.",
    "--hazard": "constant: it may come on any day, so each day without it counts against it.",
    "--theme": "What it is about: items of one theme weaken one another, as the tracker says.",
    "--origin": "Who it comes from in the end: a hundred papers on one leak are one witness.",
    "--event": "The fact that it reports: a second report of the same fact adds nothing.",
    "--due": "Like 2023-06-30: from then on its absence counts too.",
    "--watch": "Where, how often, who: what nobody watches for is never seen.",
    "STATEMENT": "Who does what, how much, by when: whoever sees it must agree that it is seen.",
    "P": "Like 0.7 or 70%; withdraw takes the last one back.",
}
"""By the option that is asked for."""
