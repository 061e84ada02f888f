"""How to read the site, in plain words: what each figure and mark means."""

from scenarios.render.cells import HOLDS_NINE_IN_TEN, MISSES_MORE_OFTEN, one_line
from scenarios.render.document import Block, Heading, Paragraph
from scenarios.render.documents.report import method_text
from scenarios.site.figures import figures
from scenarios.site.site import Page, Site, page_of

_ABOUT = "Each question has two probabilities: what people say, and what follows from the evidence."
_WORDS = {
    "Stated": (
        "What people forecast. Where several do, it is the middle of their odds; of "
        "possibilities of which one alone can come true, the figures are shares of 100%. “–” "
        "means that nobody’s forecast stands."
    ),
    "Implied": (
        "Arithmetic, and no second opinion: it starts from a prior, which is at best a count of "
        "past cases, and takes each item of evidence for what the desk said it was worth. When "
        "the two figures are close, the desk believes what it wrote down; when they part, ask "
        "why. “–” means that nobody stated a prior and nothing is rated."
    ),
    "Band": (
        "How far the implied figure moves when the judgements behind it are taken to be "
        "somewhat weaker or stronger, each rating misread among them. "
        f"{HOLDS_NINE_IN_TEN}; {MISSES_MORE_OFTEN}. It knows nothing of what nobody recorded, and "
        "no outcome lies inside it or outside."
    ),
    "What a figure means": (
        "Of ten questions on which a desk says seven in ten, some seven should come true. So "
        "what was unlikely happens at times, and no single outcome shows that a desk was right "
        "or wrong."
    ),
    "Decibans (dB)": (
        "How much an item, or all of them, count for or against: each three decibans double the "
        "odds, ten make them ten times as high, and a minus sign means against. A gap is the "
        "distance from the implied to the stated figure, in the same unit."
    ),
    "Bits": (
        "How large a move is, so that moves can be put in order. Near the ends a few points are "
        "more: what more than triples the odds is larger news than a few points in the middle."
    ),
    "Grades": (
        "How far a report is trusted, as in B2: the letter is the source (A completely "
        "reliable, E unreliable, F not to be judged), the digit the report itself (1 confirmed "
        "by others, 5 improbable, 6 not to be judged). Where the tracker has weights for them, "
        "a weaker grade makes an item count for less."
    ),
    "Ratings": (
        "How well an item fits a scenario: CC fits it very well, C well, N neither way, I "
        "badly, II very badly. What fits all of them equally tells nothing."
    ),
    "Scores": (
        "Brier is the mean squared error: nought is perfect, a quarter is what one gets who "
        "always says even chances, and one is the worst. Under thirty questions it is mostly "
        "luck."
    ),
}


def page(site: Site) -> Page:
    """The short page to which every other page links."""
    blocks: list[Block] = [Paragraph(_ABOUT)]
    for name, text in _WORDS.items():
        blocks += [Heading(2, name), Paragraph(text)]
    about = one_line(site.database.tracker.description)
    texts = filter(None, (method_text(figures(site).review.method), about))
    blocks += [Heading(2, "The conventions of this desk", anchor="method"), *map(Paragraph, texts)]
    return page_of(site, "reading/index.html", "How to read this", _ABOUT, blocks)
