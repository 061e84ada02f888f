"""The address of a database, as it may be shown: a password in it never is."""

from __future__ import annotations

import re
from urllib.parse import unquote

_ADDRESS = re.compile(r"([a-z][a-z0-9+.-]*)://", re.IGNORECASE)
_SECRET = re.compile(r"(?<=[?&])(password|passwd|pwd|token|sslpassword)=([^&]*)", re.IGNORECASE)
_HIDDEN = "***"


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
    user, at, place = rest.partition("?")[0].rpartition("@")
    return scheme, user if at else "", place
