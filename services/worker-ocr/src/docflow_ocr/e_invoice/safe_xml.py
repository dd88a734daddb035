"""XML from strangers: no DTD, no entities, no inclusion, no network, bounded depth."""

import re
from copy import deepcopy

from docflow.domain.errors import PermanentError
from lxml import etree

MAX_DEPTH = 100
_XINCLUDE = "{http://www.w3.org/2001/XInclude}"
_BEFORE_ROOT = re.compile(r"\s*(?:<\?.*?\?>\s*|<!--.*?-->\s*)*", re.DOTALL)


def parse(data: bytes) -> etree._Element:
    """The root element. Raises PermanentError `file_unsafe` (DOCTYPE, XInclude, too deep) or `file_corrupt`."""
    if _has_doctype(data):
        raise PermanentError("the XML brings its own DOCTYPE", code="file_unsafe")
    parser = etree.XMLParser(
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        if "depth" in str(error):
            raise PermanentError("the XML is nested too deep", code="file_unsafe") from None
        raise PermanentError("the XML is not well formed", code="file_corrupt") from None
    except ValueError:
        raise PermanentError("the XML is not well formed", code="file_corrupt") from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise PermanentError("the XML brings its own DOCTYPE", code="file_unsafe")
    _refuse_inclusion_and_depth(root)
    return root


def without_namespaces(root: etree._Element) -> etree._Element:
    """A copy of the tree with local names only, so that one path serves all releases of a syntax."""
    root = deepcopy(root)
    for element in root.iter(etree.Element):
        element.tag = etree.QName(element).localname
    return root


def local_name(element: etree._Element) -> str:
    return str(etree.QName(element).localname)


def _has_doctype(data: bytes) -> bool:
    head = data[:65_536]
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = head[: len(head) // 2 * 2].decode("utf-16", "replace")
    else:
        text = head.replace(b"\x00", b"").decode("latin-1").removeprefix("ï»¿")
    start = _BEFORE_ROOT.match(text)
    return text[start.end() if start else 0 :].lstrip("\ufeff")[:9].upper() == "<!DOCTYPE"


def _refuse_inclusion_and_depth(root: etree._Element) -> None:
    depth = 0
    for event, element in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        if depth > MAX_DEPTH:
            raise PermanentError("the XML is nested too deep", code="file_unsafe")
        if isinstance(element.tag, str) and element.tag.startswith(_XINCLUDE):
            raise PermanentError("the XML asks to include other files", code="file_unsafe")
