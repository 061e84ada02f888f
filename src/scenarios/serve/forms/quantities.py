"""The fields of forms that only quantities have, and how they are read."""

from collections.abc import Mapping
from typing import Any

from scenarios.errors import UsageError
from scenarios.model import Scenario
from scenarios.serve.forms.form import Field, FormContext, FormValues, ParsedForm
from scenarios.workspace.input import typed_in
from scenarios.workspace.tasks.task import QUANTILES, Question

_KINDS = (("", "a yes or a no"), ("number", "how much: a number"), ("date", "when: a day"))
_PARTS = ("unit", "scale", "thresholds")


def _chosen(by: FormContext, typed: FormValues) -> Scenario | None:
    return by.database.scenarios.get(typed.first("scenario").strip())


def fields(ask: Question, by: FormContext, typed: FormValues) -> tuple[Field, ...] | None:
    """The fields of a question about a quantity; None where it is asked as any other is."""
    if ask.type.kind == "quantity":
        return _kind(ask.key)
    known = _chosen(by, typed)
    if ask.key == "probability" and known and known.quantity:
        return _values(ask.key, known.quantity.unit or "a day, like 2026-12-31")
    if ask.key == "outcome" and known and known.quantity:
        hint = f"{known.quantity.unit or 'a day, or later'}; or annulled."
        return (Field(name=ask.key, label="Its value", hint=hint, needed=True),)
    return None


def _kind(key: str) -> tuple[Field, ...]:
    return (
        Field(name=key, label="It asks for", kind="choice", options=_KINDS),
        Field(name=f"{key}:unit", label="Unit", hint="Of a number, like billion dollars."),
        Field(name=f"{key}:scale", label="It is over 0 and spreads by factors", kind="check"),
        Field(
            name=f"{key}:thresholds",
            label="Thresholds",
            hint="Up to nine values over which, or days by which, evidence rates it: 220, 240.",
        ),
    )


def _values(key: str, unit: str) -> tuple[Field, ...]:
    return tuple(
        Field(name=f"{key}:{name}", label=question, hint=f"{unit} ({name}).", begins=name == "p10")
        for name, question in QUANTILES
    )


def read_kind(ask: Question, _by: FormContext, reading: ParsedForm) -> dict[str, Any] | None:
    """The quantity of a new question; None where it has a yes or a no."""
    kind, typed = reading.text(ask.key), reading.typed
    if kind is None:
        for name in _PARTS:
            if typed.first(f"{ask.key}:{name}").strip():
                reading.fault(ask.key, "say first what it asks for: how much, or when")
        return None
    quantity: dict[str, Any] = {"kind": kind}
    if kind == "number":
        quantity["unit"] = reading.needed(f"{ask.key}:unit", str.strip, "")
    elif typed.first(f"{ask.key}:unit").strip():
        reading.fault(f"{ask.key}:unit", "a date has no unit")
    if typed.first(f"{ask.key}:scale"):
        quantity["scale"] = "log"
    quantity["thresholds"] = reading.wanted(f"{ask.key}:thresholds", _thresholds) or []
    return quantity


def _thresholds(text: str) -> list[float | str]:
    return [typed_in.quantity_value(value) for value in text.replace(",", " ").split()]


def read_values(
    ask: Question, _by: FormContext, reading: ParsedForm
) -> Mapping[str, float | str] | None:
    """The quantiles in their fields; what is wrong with one is a fault of its field."""
    key, names = ask.key, [name for name, _ in QUANTILES]
    texts = {name: reading.typed.first(f"{key}:{name}").strip() for name in names}
    if not any(texts.values()):
        reading.missing += [f"{key}:{name}" for name in names]
        return None
    stand_in: float | str = 0
    read = typed_in.quantity_value
    values = {name: reading.needed(f"{key}:{name}", read, stand_in) for name in names}
    if all(texts.values()) and not any(reading.faults.get(f"{key}:{name}") for name in names):
        try:
            return typed_in.quantiles(" ".join(f"{name}={v}" for name, v in values.items()))
        except UsageError as error:
            name = next((name for name in names if f"{error}".startswith(name)), names[-1])
            reading.fault(f"{key}:{name}", f"{error}")
    return None
