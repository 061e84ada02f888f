"""Key factors of Metaculus, as evidence that nobody has rated yet."""

from typing import Any

from scenarios.extending import (
    CellError,
    ForeignQuestion,
    ImportBuilder,
    ImportRecord,
    NormalizedRow,
    clean,
    digest,
    shown,
)

_WORDS = {"driver": "driver", "base_rate": "base rate", "news": "news"}
_DIRECTIONS = {
    "1": "makes it more probable",
    "-1": "makes it less probable",
    "0": "neither more nor less probable",
}


def key_factor(
    site: ImportBuilder, row: NormalizedRow, about: list[ForeignQuestion]
) -> ImportRecord:
    """The item of a row, `about` these questions; raises CellError."""
    kind = row.text("Type").casefold().replace(" ", "_")
    if kind not in _WORDS:
        message = f"Type: {shown(row.text('Type'))} is not driver, base_rate or news"
        raise CellError("", message)
    published = row.text("News Published At")
    stated = row.text("Created At") or published
    is_dated = bool(stated) or not about
    recorded = site.day(stated, "") if is_dated else about[0].opened
    observed = site.day(published, "") if published and kind == "news" else recorded
    reference = row.text("Base Rate Reference Class")
    summary = {
        "driver": row.text("Driver Text"),
        "base_rate": f"Base rate: {reference}" if reference else "",
        "news": row.text("News Title") or row.text("News Source") or row.text("News URL"),
    }[kind]
    if not summary and about:
        summary = f"{_WORDS[kind].capitalize()} of: {about[0].title}"
    title = clean(summary, 500, is_line=True)
    if not title:
        raise CellError("", "it says nothing")
    notes = _notes(row, kind, [question.title for question in about])
    notes += [] if is_dated else ["No date there: it stands at the opening of its question"]
    record: dict[str, Any] = {
        "summary": title,
        "observed": min(observed, recorded).isoformat(),
        "recorded": recorded,
        "notes": clean("\n".join(notes)),
    }
    address = row.text("News URL") if kind == "news" else row.text("Base Rate Source")
    if address.startswith(("https://", "http://")) and not any(map(str.isspace, address)):
        record["url"] = address
    own = row.text("Key Factor ID") or digest("\n".join((title, recorded.isoformat(), *notes)))
    foreign = site.foreign("key-factor", own)
    return ImportRecord(kind="evidence", record=record, position=row.position, foreign=foreign)


def _notes(row: NormalizedRow, kind: str, titles: list[str]) -> list[str]:
    """The question, the direction and every other field of the row."""
    lines = [f"Key factor at Metaculus ({_WORDS[kind]})"]
    lines += (f"Question: {title}" for title in titles)
    if option := row.text("Question Option"):
        lines.append(f"Option: {option}")
    prefix = _WORDS[kind].title()
    if direction := row.text(f"{prefix} Impact Direction"):
        plain = direction.removesuffix(".0").removeprefix("+")
        lines.append(f"Direction: {_DIRECTIONS.get(plain, direction)}")
    named = {
        "Certainty": row.text(f"{prefix} Certainty"),
        "Source": row.text(f"{prefix} Source"),
        "Votes": row.text("Votes Score"),
    }
    if kind == "base_rate":
        rate = (row.text("Base Rate Rate Numerator"), row.text("Base Rate Rate Denominator"))
        named |= {
            "Type": row.text("Base Rate Type"),
            "Rate": " of ".join(rate) if all(rate) else "",
            "Projected value": row.text("Base Rate Projected Value"),
            "Projected by": row.text("Base Rate Projected By Year"),
            **{name: row.text(f"Base Rate {name}") for name in ("Unit", "Extrapolation")},
            "Based on": row.text("Base Rate Based On"),
        }
    return [*lines, *(f"{name}: {value}" for name, value in named.items() if value)]
