"""Sources as entries of a reference manager."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios.errors import ScenError
from scenarios.exchange.arrivals import ForeignId, ImportFile
from scenarios.extensions.references.reading import bibtex, csl, ris
from scenarios.model import Source
from tests.exchange.foreign import arrived, told

SOURCES = {
    "kremlin": Source(name="Kremlin", url="http://en.kremlin.ru", reliability="B"),
    "trt-world": Source(
        name="TRT World & Co. {50 %} \\ #1 ~ $_^",
        url="https://www.trtworld.com/a_b?c=%20&d=1#e",
        reliability="C",
        reliability_basis="State-funded broadcaster; names the experts that it quotes",
    ),
    "mueller": Source(name="Müller, Søren Łukasz: “Überblick”", reliability="F"),
}
FORMS = {"ris": ris, "bibtex": bibtex, "csl": csl}


def sources(found: ImportFile) -> dict[str, Source]:
    return {str(one.id): Source(**{"reliability": "F", **one.record}) for one in found.records}


@pytest.mark.parametrize("form", FORMS)
def test_what_goes_out_comes_back_the_same(form: str) -> None:
    found = arrived(form, FORMS[form](SOURCES))
    assert told(found) == []
    assert sources(found) == SOURCES


NAMES = st.text("aB1 ÄŁø—{}\\%$#&~^_:-,;'\"“日🙂", min_size=1, max_size=30).filter(str.strip)


@given(NAMES, NAMES)
@settings(max_examples=30, deadline=None)
@pytest.mark.parametrize("form", FORMS)
def test_any_name_comes_back_as_it_is_read(form: str, name: str, basis: str) -> None:
    one = Source(
        name=" ".join(name.split()), reliability="D", reliability_basis=" ".join(basis.split())
    )
    assert sources(arrived(form, FORMS[form]({"a": one}))) == {"a": one}


def test_an_entry_of_ris_is_a_source_by_its_authors_year_and_title() -> None:
    found = arrived(
        "ris",
        "\ufeffTY  - JOUR\nAU  - Clemen, Robert T.\nAU  - Winkler, Robert L.\nPY  - 1985/03//\n"
        "TI  - Limits for the Precision and Value of Information\n  from Dependent Sources\n"
        "JO  - Operations Research\nDO  - 10.1287/opre.33.2.427\nID  - Clemen:1985\nER  - \n",
    )
    (one,) = found.records
    assert one.record == {
        "name": "Clemen, Winkler (1985): Limits for the Precision and Value of Information"
        " from Dependent Sources",
        "url": "https://doi.org/10.1287/opre.33.2.427",
    }
    assert (one.id, one.foreign) == (None, ForeignId("ris", "file:Clemen:1985"))


def test_an_entry_of_bibtex_has_its_letters_spelled_out() -> None:
    found = arrived(
        "bibtex",
        """@string{inst = "Institute"}
        @book{good1950, author = {I. J. Good}, title = {{Probability} and the Weighing of Evidence},
          year = 1950, publisher = inst}
        @misc{x, author = "M{\\"u}ller, J{\\o}rg and {World Bank} and A and B", title = {A \\& B},
          howpublished = {\\url{https://example.org/a_b~c}}}
        """,
    )
    assert [(one.id, one.record) for one in found.records] == [
        ("good1950", {"name": "Good (1950): Probability and the Weighing of Evidence"}),
        ("x", {"name": "Müller, World Bank, A et al.: A & B", "url": "https://example.org/a_b~c"}),
    ]


def test_an_item_of_csl_may_have_a_number_for_an_id() -> None:
    found = arrived(
        "csl",
        '[{"id": 5, "title": "A report", "author": [{"literal": "The office"}],'
        ' "issued": {"date-parts": [[2021, 12]]}, "URL": "https://example.org"}]',
    )
    (one,) = found.records
    assert one.record == {"name": "The office (2021): A report", "url": "https://example.org"}
    assert one.foreign == ForeignId("csl", "file:5")


def test_an_entry_without_a_title_is_named() -> None:
    assert told(arrived("csl", '[{"id": "a"}]')) == ["file:1: the entry 'a' has no title"]
    assert told(arrived("bibtex", "@misc{a,}")) == ["file:1: the entry 'a' has no title"]
    assert told(arrived("ris", "TY  - GEN\nER  -\n")) == ["file:1: an entry has no title"]


@pytest.mark.parametrize(
    ("form", "content", "says"),
    [
        ("ris", "Once upon a time", "file:1: not RIS: an entry begins with 'TY  - '"),
        ("ris", "TI  - A\n", "file:1: not RIS: 'TI  - ' where an entry has not ended"),
        ("ris", "TY  - A\nTI  - A\nTY  - A\n", "file:3: not RIS: 'TY  - ' where an entry has not"),
        ("ris", "TY  - A\nTI  - A\n", "file:1: not RIS: this entry does not end"),
        ("bibtex", "@misc{a, title = {b}\n@misc{c, title={", "file:1: not BibTeX"),
        ("bibtex", "@misc{a, title={b}}\n@misc{a, title={c}}", "file:2: not BibTeX"),
        ("bibtex", f"@misc{{a, title={'{' * 500}b{'}' * 500}}}", "braces are nested too deeply"),
        (
            "bibtex",
            f"@misc{{a, title={{{'{ {b}' * 500}{'}' * 500}}}}}",
            "braces are nested too deep",
        ),
        ("bibtex", "Once upon a time", "no entry of BibTeX in it"),
        ("bibtex", "% " * (3 << 20), "more than 4 MiB of BibTeX"),
        ("csl", "5", "neither a list nor an object"),
        ("csl", '[{"title": "a"', "not JSON"),
    ],
)
def test_a_file_of_another_form_is_refused(form: str, content: str, says: str) -> None:
    with pytest.raises(ScenError, match=re.escape(says)):
        arrived(form, content)
