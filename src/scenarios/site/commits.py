"""The commits that the pages of a site tell of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from scenarios.analysis.history.commits import Commit
from scenarios.errors import ScenError
from scenarios.render.writers.page import Origin
from scenarios.site.site import Site
from scenarios.storage.git.repository import commit_of
from scenarios.workspace.opened import origin, touching

By = Mapping[str, Sequence[Commit]]


def commits(site: Site) -> By:
    """The commits that changed each file, newest first; none where there is no history."""
    return site.once(_by_file)


def printed(site: Site, day: date) -> str:
    """The commits up to a day as a key: the review of the day is put beside them."""
    every = {commit for changes in commits(site).values() for commit in changes}
    return "".join(sorted(commit.id for commit in every if commit.committed <= day))


def revision(site: Site) -> Origin:
    """The state of the database that the site is made from."""
    if site.repository is None:
        return Origin(site.as_of, "")
    try:
        commit, clean = origin(site.opened, site.repository)
    except ScenError:  # no commit yet
        return Origin(site.as_of, "")
    return Origin(site.as_of, "", commit, clean)


def _by_file(site: Site) -> By:
    if site.repository is None:
        return {}
    try:
        tip = commit_of(site.repository, site.opened.commit or "HEAD")
        return touching(site.repository, tip)
    except ScenError:  # no commit yet
        return {}
