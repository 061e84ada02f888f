"""Workbooks as a spreadsheet saves them, as little of one as is read."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping, Sequence
from datetime import date
from io import BytesIO
from xml.sax.saxutils import escape

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml"
PARTS = {
    "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships'
    '+xml"/><Default Extension="xml" ContentType="application/xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{SHEET}.sheet.main+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1"'
    f' Type="{RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/styles.xml": f'<styleSheet xmlns="{MAIN}"><cellXfs count="2"><xf numFmtId="0"/>'
    '<xf numFmtId="14" applyNumberFormat="1"/></cellXfs></styleSheet>',
}
FIRST = date(1899, 12, 30)
"""Day 0 of a spreadsheet."""


def workbook(sheets: Mapping[str, Sequence[Sequence[object]]], **parts: str | bytes) -> bytes:
    """A workbook of sheets; a cell is a text, a number, a day, or XML as it stands (bytes).

    `parts` stand beside those of the sheets, or in place of them: `sheet1` for the first.
    """
    names, relations = [], []
    files: dict[str, str | bytes] = dict(PARTS)
    for n, (name, rows) in enumerate(sheets.items(), start=1):
        names.append(f'<sheet name="{escape(name)}" sheetId="{n}" r:id="rId{n}"/>')
        relations.append(
            f'<Relationship Id="rId{n}" Type="{RELATIONS}/worksheet"'
            f' Target="worksheets/sheet{n}.xml"/>'
        )
        files[f"xl/worksheets/sheet{n}.xml"] = sheet(rows)
    files["xl/workbook.xml"] = (
        f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}"><sheets>{"".join(names)}</sheets>'
        "</workbook>"
    )
    files["xl/_rels/workbook.xml.rels"] = (
        f'<Relationships xmlns="{PACKAGE}/relationships">{"".join(relations)}'
        f'<Relationship Id="rId99" Type="{RELATIONS}/styles" Target="styles.xml"/></Relationships>'
    )
    files |= {f"xl/worksheets/{name}.xml": text for name, text in parts.items()}
    made = BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for path, text in files.items():
            archive.writestr(path, text)
    return made.getvalue()


def sheet(rows: Sequence[Sequence[object]]) -> str:
    """The XML of a sheet."""
    told = "".join(
        f'<row r="{r}">{"".join(_cell(r, c, value) for c, value in enumerate(row))}</row>'
        for r, row in enumerate(rows, start=1)
    )
    return f'<worksheet xmlns="{MAIN}"><sheetData>{told}</sheetData></worksheet>'


def _cell(row: int, column: int, value: object) -> str:
    at = f'r="{chr(65 + column)}{row}"'
    if isinstance(value, bytes):
        return value.decode().replace("<c", f"<c {at}", 1)
    if isinstance(value, date):
        return f'<c {at} s="1"><v>{(value - FIRST).days}</v></c>'
    if isinstance(value, int | float):
        return f"<c {at}><v>{value}</v></c>"
    if value is None:
        return ""
    return f'<c {at} t="inlineStr"><is><t>{escape(str(value))}</t></is></c>'
