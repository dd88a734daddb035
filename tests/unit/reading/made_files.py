"""Office files and mails made in the test, honest and hostile."""

import io
import zipfile
from collections.abc import Mapping
from email.message import EmailMessage

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
S = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"


def archive(parts: Mapping[str, str | bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in {"[Content_Types].xml": "<Types/>", **parts}.items():
            made.writestr(name, content)
    return out.getvalue()


def paragraph(text: str, properties: str = "") -> str:
    return f"<w:p><w:r>{properties}<w:t>{text}</w:t></w:r></w:p>"


def table(*rows: tuple[str, ...]) -> str:
    cells = "".join(
        "<w:tr>" + "".join(f"<w:tc>{paragraph(cell)}</w:tc>" for cell in row) + "</w:tr>" for row in rows
    )
    return f"<w:tbl>{cells}</w:tbl>"


def docx(body: str, **parts: str | bytes) -> bytes:
    """`parts` by name with `__` for `/` and `_dot_` for `.`; a folder named `_rels` begins with one more `_`."""
    more = {name.replace("__", "/").replace("_dot_", "."): content for name, content in parts.items()}
    return archive({"word/document.xml": f"<w:document {W}><w:body>{body}</w:body></w:document>", **more})


def external(kind: str, target: str) -> str:
    return (
        f'<Relationships xmlns="{_PACKAGE}"><Relationship Id="r1" Type="{_R}/{kind}" Target="{target}"'
        ' TargetMode="External"/></Relationships>'
    )


def xlsx(*sheets: str, states: tuple[str, ...] = (), formats: tuple[str, ...] = (), texts: str = "") -> bytes:
    """Each sheet is the XML of its rows."""
    names = "".join(
        f'<sheet name="S{n}" sheetId="{n}" r:id="r{n}" state="{states[n - 1] if states else "visible"}"/>'
        for n in range(1, len(sheets) + 1)
    )
    related = "".join(
        f'<Relationship Id="r{n}" Type="{_R}/worksheet" Target="worksheets/sheet{n}.xml"/>'
        for n in range(1, len(sheets) + 1)
    )
    own = "".join(f'<numFmt numFmtId="{200 + n}" formatCode="{one}"/>' for n, one in enumerate(formats))
    styles = '<xf numFmtId="0"/>' + "".join(f'<xf numFmtId="{200 + n}"/>' for n in range(len(formats)))
    return archive(
        {
            "xl/workbook.xml": f'<workbook {S} xmlns:r="{_R}"><sheets>{names}</sheets></workbook>',
            "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}">{related}</Relationships>',
            "xl/styles.xml": f"<styleSheet {S}><numFmts>{own}</numFmts><cellXfs>{styles}</cellXfs></styleSheet>",
            "xl/sharedStrings.xml": f"<sst {S}>{texts}</sst>",
            **{
                f"xl/worksheets/sheet{n}.xml": f"<worksheet {S}><sheetData>{rows}</sheetData></worksheet>"
                for n, rows in enumerate(sheets, 1)
            },
        }
    )


def mail(text: str = "Please find our invoice attached.\n", **headers: str) -> EmailMessage:
    made = EmailMessage()
    given = {
        "From": "Ann Seller <ann@seller.test>",
        "To": "in@buyer.test",
        "Subject": "Invoice R-7",
        "Date": "Fri, 20 Nov 2026 10:00:00 +0100",
        "Message-ID": "<r7@seller.test>",
        **headers,
    }
    for name, value in given.items():
        made[name] = value
    made.set_content(text)
    return made
