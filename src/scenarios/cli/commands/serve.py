"""The desk in a browser."""

from importlib.util import find_spec
from typing import Annotated, Any

import typer

from scenarios.cli import parsing
from scenarios.cli.opening import open_here, tell_left_out
from scenarios.errors import extra_needed

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
) -> None:
    """Serve the database in a browser on this machine until Ctrl-C.

    The address that it prints lets in whoever has it.
    """
    if not all(map(find_spec, _PACKAGES)):
        raise extra_needed("scen serve", "serve")
    from scenarios.serve import application  # noqa: PLC0415 - an extra

    analyst = parsing.id(analyst) if analyst else None
    opened = open_here(context)
    tell_left_out(opened)

    def application_of(hosts: Any) -> Any:
        from scenarios.serve.addresses import entries  # noqa: PLC0415 - once the port is open

        every = entries(read_only=read_only)
        return application.app(opened.root, hosts, every, read_only=read_only, analyst=analyst)

    application.serve(application_of, port, typer.echo, opens=opened.root if opens else None)
