"""Bytes as lines of text: of any line end, in one encoding, none too long."""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterator
from typing import BinaryIO

from scenarios.errors import ScenError, UsageError
from scenarios.exchange.tables.table import refused

LONGEST_LINE = 1 << 20
MOST_BYTES = 512 << 20
_CHUNK = 1 << 16
_NO_TABLE = frozenset({"idna", "punycode", "raw-unicode-escape", "unicode-escape"})
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def lines(stream: BinaryIO, file: str, encoding: str | None = None) -> Iterator[str]:
    """Each line with a line feed behind it, whatever it ended in; the last one may lack it."""
    ends = io.IncrementalNewlineDecoder(None, translate=True)
    rest, number = "", 0
    for text in texts(stream, file, encoding):
        *whole, rest = (rest + ends.decode(text)).split("\n")
        for line in whole:
            number += 1
            if len(line) > LONGEST_LINE:
                raise _too_long(file, number)
            yield f"{line}\n"
        if len(rest) > LONGEST_LINE:
            raise _too_long(file, number + 1)
    if rest := rest + ends.decode("", final=True):
        yield rest


def texts(stream: BinaryIO, file: str, encoding: str | None) -> Iterator[str]:
    """The text of each chunk of bytes; a byte that is none is named."""
    name = encoding or "utf-8"
    decoder, offset = decoding(name), 0
    while chunk := stream.read(_CHUNK):
        pending = len(decoder.getstate()[0])
        try:
            text = decoder.decode(chunk)
        except UnicodeDecodeError as error:
            at = offset - pending + error.start
            raise refused(file, 0, _stray(error.object, error.start, at, name)) from None
        if "\0" in text:
            before = len(text[: text.index("\0")].encode(name))
            at = offset - pending + before
            raise refused(file, 0, f"byte {at:,} is NUL: this is not text (or --encoding utf-16)")
        yield text.removeprefix("\ufeff") if offset == 0 else text
        offset += len(chunk)
        if offset > MOST_BYTES:
            raise refused(file, 0, f"more than {MOST_BYTES >> 20} MiB: split the file")
    try:
        yield decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        at = offset - len(error.object) + error.start
        raise refused(file, 0, _stray(error.object, error.start, at, name)) from None


def decoding(name: str) -> codecs.IncrementalDecoder:
    """What decodes an encoding, by its name."""
    try:
        "a".encode(name)  # not the codecs of bytes: zip, hex, rot13
        if codecs.lookup(name).name not in _NO_TABLE:
            return codecs.getincrementaldecoder(name)("strict")
    except (LookupError, TypeError, ValueError):
        pass
    words = "is no encoding of text: utf-8, utf-16, windows-1252, …"
    raise UsageError(f"--encoding '{name}' {words}")


def _stray(data: bytes, start: int, at: int, encoding: str) -> str:
    what = f"byte {at:,} is 0x{data[start]:02x}, which is not {encoding.upper()}"
    if data[:2] in _UTF_16 and at == 0:
        return f"{what} but the mark of UTF-16: --encoding utf-16"
    if encoding == "utf-8":
        return f"{what}: --encoding windows-1252, or whichever it is in"
    return what


def _too_long(file: str, number: int) -> ScenError:
    words = f"line {number:,} is longer than {LONGEST_LINE >> 20} MiB"
    return refused(file, 0, f"{words}: this is not a table, or a quote in it is never closed")
