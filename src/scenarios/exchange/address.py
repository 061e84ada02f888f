"""The address of a database and what its engine says, as both may be shown: without a password."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import unquote

from scenarios.errors import ScenError
from scenarios.text import printable

_ADDRESS = re.compile(r"([a-z][a-z0-9+.-]*)://", re.IGNORECASE)
_SECRET = re.compile(r"(?<=[?&])(password|passwd|pwd|token|sslpassword)=([^&]*)", re.IGNORECASE)
_HIDDEN = "***"
_NO_ENGINE = frozenset({"builtins", "scenarios", "typer", "click", "msgspec"})
_LONGEST = 300


def scheme_of(address: str) -> str | None:
    """What stands before `://`, in small letters; None for a path."""
    found = _ADDRESS.match(address)
    return found[1].lower() if found else None


def hidden(address: str) -> str:
    """The address with each password replaced, also one that is not escaped as it should be."""
    return without_secrets(address, address)


def without_secrets(text: str, address: str) -> str:
    """A text, perhaps what an engine says, without the passwords of an address."""
    for secret in sorted(_secrets(address), key=len, reverse=True):
        text = text.replace(secret, _HIDDEN)
    return text


@contextmanager
def engine_words(address: str) -> Iterator[None]:
    """What an engine raises becomes a refusal in its own words, shortened, without a password."""
    try:
        yield
    except Exception as error:
        if type(error).__module__.partition(".")[0] in _NO_ENGINE:
            raise
        raise ScenError(f"{hidden(address)}: {_words(error, address)}") from None


def refuse_unescaped(address: str) -> None:
    """A password that would be taken for a host or a port, and told as that."""
    _, user, _ = _parts(address)
    if set("/?#@") & set(user.partition(":")[2]):
        raise ScenError(
            f"{hidden(address)}: its password holds a character that ends it: write / as %2F, "
            "? as %3F, # as %23 and @ as %40, or leave it to PGPASSWORD or ~/.pgpass"
        )


def _secrets(address: str) -> set[str]:
    found = {value for _, value in _SECRET.findall(address)}
    scheme, user, _ = _parts(address)
    if scheme:
        found.add(user.partition(":")[2])
    return {form for value in found if value for form in (value, unquote(value))}


def _parts(address: str) -> tuple[str, str, str]:
    """Scheme, user with password, and the rest: a password may hold a slash or an `@`."""
    scheme = scheme_of(address) or ""
    rest = address[len(scheme) + len("://") :] if scheme else address
    before = rest.partition("?")[0]
    user, at, place = (before if {"/", "@"} & {*before} else rest).rpartition("@")
    return scheme, user if at else "", place


def _words(error: Exception, address: str) -> str:
    """The first lines of what an engine says, up to where it shows the query."""
    told = str(error).partition("\n\n")[0].partition("\nLINE ")[0].partition("\n\tat ")[0]
    text = " ".join(without_secrets(told, address).split()) or type(error).__name__
    return printable(text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…")
