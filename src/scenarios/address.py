"""Addresses of the web, and of a database, which is shown without its password."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import unquote

from scenarios.errors import ScenError
from scenarios.text import printable

_WEB = re.compile(r"https?://[^\s/?#@]+([/?#]\S*)?")
_LONGEST_WEB = 2_000
_ADDRESS = re.compile(r"([a-z][a-z0-9+.-]*)://", re.IGNORECASE)
_SECRET = re.compile(
    r"(?<![a-z])(?:password|passwd|pwd|token|sslpassword)\s*=\s*([^&]*)", re.IGNORECASE
)
_HIDDEN = "***"
_NO_ENGINE = frozenset({"builtins", "scenarios", "typer", "click", "msgspec"})
_LONGEST = 300


def scheme_of(address: str) -> str | None:
    """The part before `://`, in small letters; None for a path."""
    match = _ADDRESS.match(address)
    return match[1].lower() if match else None


def web_address(text: str) -> str | None:
    """The address if a record can hold it and a reader see where it leads; else None."""
    is_one = _WEB.fullmatch(text) and len(text) <= _LONGEST_WEB and printable(text) == text
    return text if is_one else None


def hidden(address: str, text: str | None = None) -> str:
    """The address, or a `text` about it, with each password replaced, even an unescaped one."""
    text = address if text is None else text
    for secret in sorted(_secrets(address), key=len, reverse=True):
        text = text.replace(secret, _HIDDEN)
    return text


@contextmanager
def engine_words(address: str) -> Iterator[None]:
    """Raise an engine's error as a ScenError, shortened and without a password.

    Refuses an address with a password that the engine would take for a host, and print.
    """
    if scheme_of(address):
        refuse_unescaped(address)
    try:
        yield
    except Exception as error:
        if type(error).__module__.partition(".")[0] in _NO_ENGINE:
            raise
        raise ScenError(f"{hidden(address)}: {_words(error, address)}") from None


def refuse_unescaped(address: str) -> None:
    """Refuse a password that would be taken for a host or a port, and printed."""
    _, user, _ = _parts(address)
    if set("/?#@") & set(user.partition(":")[2]):
        raise ScenError(
            f"{hidden(address)}: its password holds a character that ends it: write / as %2F, "
            "? as %3F, # as %23 and @ as %40, or leave it to PGPASSWORD or ~/.pgpass"
        )


def _secrets(address: str) -> set[str]:
    """The passwords of an address, of one without its slashes, and of a text `password=…`."""
    secrets = {*_SECRET.findall(address), _parts(address)[1].partition(":")[2]}
    return {form for value in secrets if value for form in (value, unquote(value))}


def _parts(address: str) -> tuple[str, str, str]:
    """Scheme, user with password, and the rest: a password may hold a slash or an `@`."""
    scheme = scheme_of(address) or ""
    is_path = re.match(r"/(?!/)|[.~]", address)  # a file may have an `@` in its name
    rest = address[len(scheme) + len("://") :] if scheme else "" if is_path else address
    before = rest.partition("?")[0]
    user, at, place = (before if {"/", "@"} & {*before} else rest).rpartition("@")
    return scheme, user if at else "", place


def _words(error: Exception, address: str) -> str:
    """The first lines of an engine's error, before the query that it shows."""
    words = str(error).partition("\n\n")[0].partition("\nLINE ")[0].partition("\n\tat ")[0]
    text = " ".join(hidden(address, words).split()) or type(error).__name__
    return printable(text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…")
