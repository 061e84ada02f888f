"""What is asked, or told, before it is too late: an analyst nobody knows."""

from __future__ import annotations

from scenarios.cli.output.streams import say
from scenarios.cli.terminal import prompt, retyping
from scenarios.errors import ScenError
from scenarios.model import Database
from scenarios.workspace.guards import new_analyst


def doubt_analyst(database: Database, analyst: str) -> None:
    """Ask about an analyst who is new beside others; where nobody can be asked, remark on it."""
    remark = new_analyst(database, analyst)
    if remark is None:
        return
    if not prompt.interactive():
        say(remark)
        return
    stop = "" if remark.endswith("?") else "."
    if not prompt.confirmed(f"{remark}{stop} Go on as '{analyst}'?"):
        retyping.remember("--analyst")
        raise ScenError(f"nothing was written as '{analyst}'")
