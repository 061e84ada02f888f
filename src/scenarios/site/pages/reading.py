"""How to read the site, in plain words: what each figure and mark means."""

from scenarios.render.cells import HOLDS_NINE_IN_TEN, MISSES_MORE_OFTEN, one_line
from scenarios.render.document import Block, Heading, Paragraph
from scenarios.render.documents.report import method_text
from scenarios.site.figures import figures
from scenarios.site.site import Page, Site, page_of

_ABOUT = "Each question has two figures: what people say, and what the evidence says."
_WORDS = {
    "We say": (
        "What the analysts forecast; of several, an average (the geometric mean of their odds). "
        "Of outcomes of which exactly one occurs, the figures are scaled to sum to 100% once each "
        "has one. “–” means that there is no current forecast."
    ),
    "The evidence": (
        "A computed figure. It begins with a starting chance, at best a count of past cases, and "
        "each report moves it according to what the analysts judged the report to be worth. So it "
        "is no second opinion: where the two figures are close, the analysts believe what they "
        "wrote down; where they differ, ask why. “–” means that there is no starting chance, and "
        "nothing is rated."
    ),
    "Its range": (
        "How far the evidence’s figure could move if the judgements behind it were somewhat weaker "
        f"or stronger. {HOLDS_NINE_IN_TEN}; {MISSES_MORE_OFTEN}. It knows nothing of what nobody "
        "recorded. An outcome is a yes or a no, so none can fall inside or outside the range."
    ),
    "What a figure means": (
        "Of ten events for which we say 70%, about seven should happen. What is unlikely happens "
        "at times, so no single outcome shows that we were right or wrong."
    ),
    "Grades": (
        "How far a report is trusted, as in B2: the letter grades the source (A completely "
        "reliable, E unreliable, F not to be judged), the digit the report itself (1 confirmed "
        "by others, 5 improbable, 6 not to be judged). Where the tracker gives the grades weights, "
        "a report with a weaker grade counts for less."
    ),
}
_FOR_ANALYSTS = {
    "Ratings": (
        "How well an item fits an outcome: CC very well, C well, N neither way, I badly, II very "
        "badly. What fits all outcomes equally tells nothing."
    ),
    "Decibans (dB)": (
        "A unit for how much reports count. +3 dB doubles the odds and leads from 50% to 67%; "
        "+10 dB makes the odds ten times as high and leads from 50% to 91%. A minus counts "
        "against: −3 dB halves the odds."
    ),
    "Bits": (
        "The size of a move, by which moves are put in order. Near 0% and 100% a few points count "
        "for more: from 1% to 3% the odds triple, from 50% to 52% they hardly change."
    ),
    "Scores": (
        "The Brier score is the mean squared error of the forecasts: 0 is perfect, 1 is the worst, "
        "and always saying 50% scores 0.25. Under thirty questions it is mostly luck."
    ),
}


def page(site: Site) -> Page:
    """The short page to which every other page links."""
    blocks: list[Block] = [Paragraph(_ABOUT)]
    for name, text in _WORDS.items():
        blocks += [Heading(2, name), Paragraph(text)]
    if about := one_line(site.database.tracker.description):
        blocks += [Heading(2, "About this record"), Paragraph(about)]
    blocks.append(Heading(2, "For analysts", anchor="analysts"))
    for name, text in _FOR_ANALYSTS.items():
        blocks += [Heading(3, name), Paragraph(text)]
    method = method_text(figures(site).review.method)
    blocks += [Heading(3, "Conventions", anchor="method"), Paragraph(method)]
    return page_of(site, "reading/index.html", "How to read this", _ABOUT, blocks)
