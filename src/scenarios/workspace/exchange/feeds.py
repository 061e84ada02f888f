"""The stories of a tracker's feeds as proposals for its inbox."""

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from scenarios.errors import ScenError, UsageError
from scenarios.exchange.feeds import MOST_BYTES, FeedStory, read, reader
from scenarios.exchange.fetching import HttpClient, fetch
from scenarios.storage import state_folder, worktree
from scenarios.text import digest, unaccented
from scenarios.values import Feed
from scenarios.workspace.opened import OpenDatabase, known_id

Feeds = Mapping[str, Feed]
"""Feeds by their ids."""


def feeds_of(opened: OpenDatabase, id: str | None, file: Path | None = None) -> Feeds:
    """The feed of an id, or all; a `file` is that of one feed."""
    feeds = opened.database.tracker.feeds
    if not feeds:
        raise ScenError("tracker.yaml names no `feeds`: docs/feeds.md explains them")
    if id is None and file and len(feeds) > 1:
        raise UsageError(f"--file: name the feed that it is of: {', '.join(feeds)}")
    return {id: feeds[known_id(id, feeds, "feed", "tracker.yaml")]} if id else feeds


def unknown_addresses(root: Path, feeds: Feeds) -> Feeds:
    """The feeds whose address is not allowed in this clone yet."""
    folder = state_folder.folder_of(root)
    return {
        id: feed for id, feed in feeds.items() if not state_folder.content(folder / _note(feed))
    }


def allow(root: Path, feeds: Feeds) -> None:
    """Remember for this clone that these addresses may be fetched."""
    for feed in feeds.values():
        with suppress(worktree.PathTaken):
            state_folder.make_copy(root, _note(feed), f"{feed.url}\n".encode())


def read_feeds(
    feeds: Feeds,
    today: dt.date,
    file: Path | None = None,
    network: HttpClient = HttpClient(),  # noqa: B008
) -> tuple[list[dict[str, Any]], list[str]]:
    """Proposals of the stories that match, and the faults of feeds and stories.

    Each feed is fetched or from a file; one with a fault stops no other.
    """
    proposals: list[dict[str, Any]] = []
    faults: list[str] = []
    with reader() as child:
        child.start()
        for id, feed in feeds.items():
            try:
                if file:
                    content = read(child, worktree.first_bytes(file, MOST_BYTES), file.name)
                else:
                    fetched = fetch(feed.url, MOST_BYTES, network)
                    content = read(child, fetched.data, id, fetched.address, fetched.media_type)
            except ScenError as error:
                faults.append(f"{id}: {error}")
                continue
            proposals += proposals_of(content.stories, id, feed, file, today)
            faults += [f"{id}: {fault}" for fault in content.faults]
    return proposals, faults


def proposals_of(
    stories: Iterable[FeedStory], id: str, feed: Feed, file: Path | None, today: dt.date
) -> list[dict[str, Any]]:
    """The drafts of the stories that a feed is read for."""
    return [_proposal(story, id, feed, file, today) for story in stories if _is_wanted(story, feed)]


def _note(feed: Feed) -> str:
    """The name of the file that remembers an address."""
    return f"feed-{digest(feed.url, 32)}"


def _is_wanted(story: FeedStory, feed: Feed) -> bool:
    """True for a story of the feed's days with one of its words, letter case and accents aside."""
    text = " ".join(unaccented(f"{story.title} {story.text}").split())
    words = (re.escape(" ".join(unaccented(word).split())) for word in feed.match)
    is_late = not (feed.since and story.published and _day(story.published) < feed.since)
    has_word = any(re.search(rf"(?<![a-z0-9]){word}(?![a-z0-9])", text) for word in words)
    return is_late and (has_word or not feed.match)


def _proposal(
    story: FeedStory, id: str, feed: Feed, file: Path | None, today: dt.date
) -> dict[str, Any]:
    """The draft of an item; a future day is not taken as the day of observation."""
    day = _day(story.published) if story.published else None
    dated = f"Published {story.published:%Y-%m-%d %H:%M} UTC, as the feed has it." if day else ""
    item = {
        "summary": story.title,
        "observed": f"{day}" if day and day <= today else None,
        "source": feed.source,
        "url": story.link,
        "notes": "\n\n".join(filter(None, (story.text, dated))) or None,
    }
    origin = file.name if file else feed.url
    return {
        "proposed": {"by": "feed", "name": id, "on": f"{today}", "from": origin},
        "evidence": {key: value for key, value in item.items() if value},
        "foreign": {id: story.guid},
    }


def _day(timestamp: dt.datetime) -> dt.date:
    """The local day."""
    return timestamp.astimezone().date()
