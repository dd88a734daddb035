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
