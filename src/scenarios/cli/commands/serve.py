"""The desk in a browser."""

from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any

import typer

from scenarios.cli import parsing
from scenarios.cli.opening import open_here, tell_left_out
from scenarios.errors import UsageError, extra_needed

_PACKAGES = ("anyio", "python_multipart", "starlette", "uvicorn", "watchfiles")


def command(
    context: typer.Context,
    port: Annotated[
        int, "--port", "Port to listen on; 0 picks a free one.", {"min": 0, "max": 65535}
    ] = 8765,
    read_only: Annotated[bool, "--read-only", "Do not allow recording."] = False,
    opens: Annotated[bool, "--open", "Open the browser."] = False,
    analyst: Annotated[
        str | None, "--analyst", "Who records [chosen in the browser].", {"envvar": "SCEN_ANALYST"}
    ] = None,
    team: Annotated[bool, "--team", "Serve a team behind its sign-in."] = False,
    address: Annotated[
        str | None, "--address URL", "Where the team opens it [the tracker's `address`]."
    ] = None,
    user_header: Annotated[
        str | None, "--user-header NAME", "Header with the login of the sign-in."
    ] = None,
    proxy_secret: Annotated[
        Path | None, "--proxy-secret FILE", "The secret that the sign-in sends."
    ] = None,
    socket: Annotated[Path | None, "--socket PATH", "A socket in place of the port."] = None,
    readers: Annotated[bool, "--readers", "Let others whom it signs in read."] = False,
    push: Annotated[
        str | None, "--push NAME", "Push each commit to this remote, and take what it has."
    ] = None,
) -> None:
    """Serve the database in a browser on this machine until Ctrl-C.

    The address that it prints lets in whoever has it. With --team it answers to a sign-in in front
    of it alone, which names each person; the roles are those of the tracker.
    """
    if not all(map(find_spec, _PACKAGES)):
        raise extra_needed("scen serve", "serve")
    from scenarios.serve import application  # noqa: PLC0415 - an extra

    own, of_team = (read_only, opens), (address, user_header, proxy_secret, socket, readers, push)
    if any(own if team else of_team):
        raise UsageError(
            "--read-only and --open are for one person, and --address, --user-header,"
            " --proxy-secret, --socket, --readers and --push for --team"
        )
    analyst = parsing.typed(parsing.id, "--analyst")(analyst) if analyst else None
    opened = open_here(context)
    tell_left_out(opened)

    root, gate = opened.root, None
    if team:
        gate = application.team_door(
            opened, address, user_header, proxy_secret, readers=readers, remote=push
        )
    listening = application.listening_at(socket) if socket else application.listening_on(port)

    def make(door: Any) -> Any:
        from scenarios.serve.addresses import entries  # noqa: PLC0415 - once the address is shown

        every = entries(read_only=read_only, is_team=team)
        if team:
            return application.team_app(root, door, every, readers=readers, remote=push)
        return application.app(root, door, every, read_only=read_only, analyst=analyst)

    application.serve(make, listening, typer.echo, opens=root if opens else None, team=gate)
