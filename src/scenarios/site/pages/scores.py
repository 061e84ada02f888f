"""How good the forecasts were: the scores of what was resolved, and calibration."""

from __future__ import annotations

from scenarios.analysis.review.page import forecaster
from scenarios.analysis.scores.scoring import score
from scenarios.render.document import Heading, titled
from scenarios.render.documents.score import document
from scenarios.render.writers import html
from scenarios.site.figures import figures
from scenarios.site.links import Page
from scenarios.site.site import Site
from scenarios.text import counted

ADDRESS = "scores/index.html"


def page(site: Site) -> Page:
    """Every score, as of the site's day."""
    made = score(site.database, site.as_of, forecaster=forecaster(figures(site).window))
    asked = len({row.scenario for row in made.questions})
    body = (Heading(1, "Scores and calibration"), *document(made, "")[1:])
    return Page(
        address=ADDRESS,
        title="Scores and calibration",
        description=f"{counted(asked, 'resolved question')} scored",
        main=html.sections(titled(body, site.database), site.links(ADDRESS)),
        section="scores",
    )
