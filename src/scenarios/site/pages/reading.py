"""How to read the site, in plain words: what each figure and mark means."""

from scenarios.render.cells import HOLDS_NINE_IN_TEN, MISSES_MORE_OFTEN, one_line
from scenarios.render.document import Block, Heading, Paragraph
from scenarios.render.documents.report import method_text
from scenarios.site.figures import figures
from scenarios.site.site import Page, Site, page_of

_ABOUT = "Each question has two figures: what people say, and what the evidence says."
_WORDS = {
    "We say": (
        "What people forecast. Of several analysts it is the middle of their odds; of outcomes of "
        "which exactly one occurs, the figures sum to 100%. “–” means that there is no current "
        "forecast."
    ),
    "The evidence": (
        "A figure that is computed, and no second opinion: from a starting chance, at best a count "
        "of past cases, and from what the analysts judged each report to be worth. Where the two "
        "figures are close, they believe what they wrote down; where they part, ask why. “–” means "
        "that there is no starting chance, and nothing is rated."
    ),
    "Its range": (
        "How far the evidence’s figure moves if the judgements behind it are somewhat weaker or "
        f"stronger, each rating misread among them. {HOLDS_NINE_IN_TEN}; {MISSES_MORE_OFTEN}. It "
        "knows nothing of what nobody recorded, and no outcome lies inside it or outside."
    ),
    "What a figure means": (
        "Of ten questions on which we say 70%, about seven should come true. So what was unlikely "
        "happens at times, and no single outcome shows that we were right or wrong."
    ),
    "Grades": (
        "How far a report is trusted, as in B2: the letter is the source (A completely "
        "reliable, E unreliable, F not to be judged), the digit the report itself (1 confirmed "
        "by others, 5 improbable, 6 not to be judged). Where the tracker has weights for them, "
        "a weaker grade makes an item count for less."
    ),
}
_FOR_ANALYSTS = {
    "Ratings": (
        "How well an item fits an outcome: CC very well, C well, N neither way, I badly, II very "
        "badly. What fits all outcomes equally tells nothing."
    ),
    "Decibans (dB)": (
        "How much an item, or all of them, count for or against: 3 dB double the odds, 10 make "
        "them ten times as high, and a minus counts against."
    ),
    "Bits": (
        "How large a move is, so that moves can be put in order. Near the ends a few points are "
        "more: what more than triples the odds is larger news than a few points in the middle."
    ),
    "Scores": (
        "Brier is the mean squared error: 0 is perfect, 0.25 is what one gets who always says "
        "50%, and 1 is the worst. Under thirty questions it is mostly luck."
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
