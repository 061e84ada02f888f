"""New stories of the tracker's feeds."""

from collections.abc import Container, Iterable
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from scenarios.cli import parsing
from scenarios.cli.opening import reading
from scenarios.cli.options import As
from scenarios.cli.output.written import report_proposed
from scenarios.cli.terminal import prompt
from scenarios.errors import ScenError, extra_needed
from scenarios.values import Feed
from scenarios.workspace import inbox
from scenarios.workspace.exchange import feeds
from scenarios.workspace.write_mode import AS_USUAL, WriteMode


def command(
    context: typer.Context,
    feed: Annotated[str | None, "FEED", "One of the tracker's `feeds` [all]."] = None,
    file: Annotated[Path | None, "--file FILE", "Read the feed from this file instead."] = None,
    trust: Annotated[
        list[str] | None, "--trust FEED", "Allow its address in this clone without asking."
    ] = None,
    mode: WriteMode = AS_USUAL,
    as_: As = "table",
) -> None:
    """Propose what is new in the tracker's feeds for the inbox.

    Prints nothing where nothing is new; ends with 1 where a feed could not be read or the inbox
    is full. The first fetch from an address asks.
    """
    if not find_spec("feedparser"):
        raise extra_needed("scen inbox fetch", "inbox")
    opened = reading(context)
    chosen = feeds.feeds_of(opened, feed, file)
    trusted = {id for name in trust or () for id in feeds.feeds_of(opened, name)}
    if not file:
        _ask(feeds.unknown_addresses(opened.root, chosen).items(), trusted)
        if not mode.dry_run:
            feeds.allow(opened.root, chosen)
    proposals, faults = feeds.read_feeds(chosen, parsing.today(), file)
    noted = prompt.interactive()  # what cron does is nothing for a person to undo
    proposed = inbox.propose(opened.root, proposals, mode, noted=noted)
    report_proposed(context.obj, *proposed, as_, faults)


def _ask(unknown: Iterable[tuple[str, Feed]], trusted: Container[str]) -> None:
    """Ask about addresses that this clone never read from; refuse where nobody can be asked."""
    urls = {id: feed.url for id, feed in unknown if id not in trusted}
    if not urls:
        return
    listed = "\n".join(f"{id}: {url}" for id, url in urls.items())
    if not prompt.interactive():
        options = " ".join(f"--trust {id}" for id in urls)
        words = "nothing was fetched: this clone has not read from these addresses yet"
        raise ScenError(f"{words}; {options} allows it\n{listed}")
    prompt.tell(listed)
    if not prompt.confirmed("Fetch from them, now and later"):
        raise ScenError("nothing was fetched")
