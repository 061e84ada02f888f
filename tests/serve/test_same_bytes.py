"""What is recorded in a browser is, byte for byte, what the command line would write."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings

from tests.cli.commands import FILES, changes, make, scen, tree
from tests.full import FULL
from tests.serve.desks import reader
from tests.serve.forms import send
from tests.serve.records import Case, cases

EXAMPLES = 200 if FULL else 20


def test_every_file_is_the_same_and_what_one_refuses_the_other_does(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    outcomes: Counter[tuple[str, bool]] = Counter()

    @settings(max_examples=EXAMPLES)
    @given(case=cases)
    def same(case: Case) -> None:
        folder = tmp_path_factory.mktemp("both")
        typed, sent = (make(folder / name, FILES) for name in ("typed", "sent"))
        before = tree(sent)
        told = scen("--database", str(typed), *case.words)
        made = send(reader(sent), case.form, case.fields)
        assert made.is_saved == (told.exit_code == 0), (told.output, made.text)
        assert changes(before, tree(sent)) == changes(before, tree(typed))
        outcomes[case.form, made.is_saved] += 1

    same()
    assert sum(n for (_, is_saved), n in outcomes.items() if is_saved) > EXAMPLES / 3
