"""Genuine-looking PDFs, and what a forger makes of them."""

import io

import pikepdf

FONT = pikepdf.Dictionary(
    F=pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
)
LINES = (
    "Lieferant GmbH",
    "Invoice number R-7",
    "Invoice date 2026-11-18",
    "IBAN DE89 3704 0044 0532 0130 00",
    "Net 1,000.00",
    "VAT 190.00",
    "Total EUR 1,190.00",
)


def drawn(*lines: str) -> bytes:
    """The content of a page with these lines from top to bottom."""
    shown = "".join(
        f"BT /F 12 Tf 40 {760 - 24 * number} Td ({line}) Tj ET\n" for number, line in enumerate(lines)
    )
    return shown.encode("latin-1")


def pdf_of(*contents: bytes, producer: str = "", attached: bytes = b"") -> bytes:
    pdf, out = pikepdf.new(), io.BytesIO()
    for content in contents:
        page = pdf.add_blank_page(page_size=(595, 842))
        page.Resources = pikepdf.Dictionary(Font=FONT)
        page.Contents = pdf.make_stream(content)
    if producer:
        pdf.docinfo[pikepdf.Name.Producer] = producer
    if attached:
        pdf.attachments["more.xml"] = pikepdf.AttachedFileSpec(pdf, attached, filename="more.xml")
    pdf.save(out, object_stream_mode=pikepdf.ObjectStreamMode.disable, compress_streams=False)
    return out.getvalue()


#: Drawn as a nine, read as a one.
_NINE_IS_ONE = b"""/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /N def /CMapType 2 def
1 begincodespacerange <00> <FF> endcodespacerange 1 beginbfchar <39> <0031> endbfchar
endcmap CMapName currentdict /CMap defineresource pop end end"""


def told_otherwise_by_a_font() -> bytes:
    """The page shows 9,190.00 and its text is 1,190.00."""
    out = io.BytesIO()
    *before, total = LINES
    with pikepdf.open(io.BytesIO(pdf_of(drawn(*before)))) as pdf:
        page = pdf.pages[0]
        lying = pikepdf.Dictionary(
            Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica,
            ToUnicode=pdf.make_stream(_NINE_IS_ONE),
        )  # fmt: skip
        page.Resources.Font["/N"] = pdf.make_indirect(lying)
        label = total.removesuffix("1,190.00")
        shown = f"BT /F 12 Tf 40 {760 - 24 * len(before)} Td ({label}) Tj /N 12 Tf (9) Tj /F 12 Tf (,190.00) Tj ET"
        page.contents_add(pdf.make_stream(shown.encode("ascii")))
        pdf.save(out)
    return out.getvalue()


def covered_by_a_note() -> bytes:
    """A note with 9,190.00 lies over the total of 1,190.00."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf_of(drawn(*LINES)))) as pdf:
        look = pdf.make_stream(b"1 1 1 rg 0 0 110 16 re f 0 0 0 rg BT /F 12 Tf 4 4 Td (9,190.00) Tj ET")
        look.Type, look.Subtype = pikepdf.Name.XObject, pikepdf.Name.Form
        look.BBox, look.Resources = pikepdf.Array([0, 0, 110, 16]), pikepdf.Dictionary(Font=FONT)
        note = pikepdf.Dictionary(
            Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.FreeText, Rect=[98, 612, 208, 628], F=4
        )
        note.AP = pikepdf.Dictionary(N=look)
        pdf.pages[0].Annots = pdf.make_indirect([pdf.make_indirect(note)])
        pdf.save(out)
    return out.getvalue()


def saved_again(data: bytes, changed: dict[int, bytes], *, more: bytes = b"") -> bytes:
    """An incremental update, as editors append it: `changed` maps a page's number to its new content."""
    with pikepdf.open(io.BytesIO(data)) as pdf:
        ids = {number: pdf.pages[number - 1].obj.Contents.objgen[0] for number in changed}
        root, size = pdf.Root.objgen[0], int(pdf.trailer.Size)
    before = int(data.rsplit(b"startxref", 1)[1].split()[0])
    out, places = bytearray(data), dict[int, int]()
    for number, content in changed.items():
        places[ids[number]] = len(out)
        out += b"%d 0 obj\n<< /Length %d >>\nstream\n%s\nendstream\nendobj\n" % (
            ids[number],
            len(content),
            content,
        )
    out += more
    at = len(out)
    out += b"xref\n0 1\n0000000000 65535 f \n"
    for number, place in sorted(places.items()):
        out += b"%d 1\n%010d 00000 n \n" % (number, place)
    out += b"trailer\n<< /Size %d /Root %d 0 R /Prev %d >>\nstartxref\n%d\n%%%%EOF\n" % (
        size,
        root,
        before,
        at,
    )
    return bytes(out)


def signed(data: bytes) -> bytes:
    """As a signature notes what it covers, in a revision of its own."""
    note = b"% /ByteRange [0 100 200 00000000]\n"
    made = saved_again(data, {}, more=note)
    return made.replace(b"00000000]", b"%08d]" % (len(made) - 200), 1)
