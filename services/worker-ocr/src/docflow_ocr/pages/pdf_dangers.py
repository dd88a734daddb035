"""What a PDF brings besides its pages: scripts, programs to start, executable attachments. Nothing of it is run."""

import io
from collections.abc import Iterator, Sequence

import pikepdf
from docflow.domain import fraud
from docflow.domain.fraud_weights import flag
from docflow.domain.reading import FraudFlag
from pikepdf import Dictionary, Name, Object

#: Annotations and page actions are looked at on this many pages; what opens with the document is always seen.
MAX_PAGES = 50
MAX_ANNOTATIONS = 200
_PROGRAM_MARKS = (b"MZ", b"\x7fELF", b"#!", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe")
_PROGRAM_NAMES = [
    ".exe",
    ".dll",
    ".scr",
    ".com",
    ".bat",
    ".cmd",
    ".ps1",
    ".vbs",
    ".js",
    ".jse",
    ".wsf",
    ".hta",
    ".jar",
    ".msi",
    ".lnk",
    ".docm",
    ".xlsm",
    ".pptm",
    ".app",
    ".sh",
]
_ACTIONS = {Name.JavaScript: "javascript", Name.Launch: "launch"}


def dangers(data: bytes, attachments: Sequence[tuple[str, bytes]]) -> tuple[FraudFlag, ...]:
    """Flags for a person to look at; a PDF that cannot be looked into this way has none."""
    found = []
    if actions := _actions(data):
        found.append(fraud.active_content(actions, starts_programs="launch" in actions))
    if programs := [name for name, content in attachments if _is_program(name, content)]:
        told = "a program is attached to the PDF"
        found.append(flag("attachment_executable", told, {"count": len(programs)}))
    return tuple(found)


def _actions(data: bytes) -> set[str]:
    try:
        with pikepdf.open(io.BytesIO(data), suppress_warnings=True) as pdf:
            kinds = {kind for action in _all_actions(pdf) if (kind := _kind(action)) is not None}
            names = pdf.Root.get(Name.Names)
            if isinstance(names, Dictionary) and Name.JavaScript in names:
                kinds.add("javascript")
            return kinds
    # Damaged in a way that pdfium reads all the same.
    except (pikepdf.PdfError, ValueError, TypeError, AttributeError, KeyError, RecursionError, RuntimeError):
        return set()


def _all_actions(pdf: pikepdf.Pdf) -> Iterator[Object]:
    yield from _of(pdf.Root, Name.OpenAction, Name.AA)
    for number, page in enumerate(pdf.pages):
        if number >= MAX_PAGES:
            return
        yield from _of(page.obj, Name.AA)
        annotations = page.obj.get(Name.Annots)
        if annotations is None:
            continue
        for index in range(min(len(annotations), MAX_ANNOTATIONS)):
            yield from _of(annotations[index], Name.A, Name.AA)


def _of(owner: Object, *names: Name) -> Iterator[Object]:
    """The actions under these names, and each action of a dictionary of them."""
    for name in names:
        action = owner.get(name) if isinstance(owner, Dictionary) else None
        if isinstance(action, Dictionary):
            yield action
            if Name.S not in action:
                yield from (each for each in action.values() if isinstance(each, Dictionary))


def _kind(action: Object) -> str | None:
    return _ACTIONS.get(Name(str(action.get(Name.S)))) if Name.S in action else None


def _is_program(name: str, content: bytes) -> bool:
    return content.startswith(_PROGRAM_MARKS) or name.lower().endswith(tuple(_PROGRAM_NAMES))
