"""Was a document sent from where its vendor writes from: look-alike domains, and domains that are new for the vendor."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from email.utils import parseaddr

from docflow.domain.fraud_weights import flag
from docflow.domain.json_types import JsonObject
from docflow.domain.outcomes import Place
from docflow.domain.payment_facts import PastDocument
from docflow.domain.reading import FraudFlag, Page, TextSource
from docflow.domain.spellings import differ_by

#: Of shorter names one letter makes another word.
SHORT_NAME, MIN_NAME = 8, 5
#: Documents from which a vendor's domains are known.
MIN_SENT = 3
#: A company has its name under several endings; so does whoever pretends to be it.
OTHER_ENDING_SHARE = 0.5
MAX_DOMAINS = 50
_DOMAIN = re.compile(r"(?:@|\bwww\.|https?://)((?:[\w-]{1,63}\.){1,8}[a-z]{2,24})\b", re.IGNORECASE)
#: Before an ending of two letters these belong to it: example.co.uk.
_OF_ENDING = frozenset({"ac", "co", "com", "edu", "gob", "gov", "ne", "net", "or", "org"})
#: Anybody may write from there.
_PUBLIC = frozenset({
    "aol", "free", "gmail", "gmx", "googlemail", "hotmail", "icloud", "libero", "live", "mail", "me", "msn", "orange",
    "outlook", "proton", "protonmail", "t-online", "web", "yahoo", "yandex", "zoho",
})  # fmt: skip


def sender_domain(metadata: JsonObject) -> str | None:
    """Of the mail that brought a process, as it is registered; None where no mail did."""
    mail = metadata.get("email")
    given = mail.get("from") if isinstance(mail, Mapping) else None
    address = parseaddr(given)[1] if isinstance(given, str) else ""
    domain = address.rpartition("@")[2].lower().rstrip(".")
    return _readable(domain) if "." in domain and len(domain) <= 253 else None


def sender_signals(
    domain: str | None, pages: Sequence[Page], documents: Sequence[PastDocument]
) -> Iterator[FraudFlag]:
    """`documents` are completed ones of the same vendor. Of scans nothing is compared: their slips make look-alikes."""
    if domain is None:
        return
    sent = [registered(one.sender_domain) for one in documents if one.sender_domain]
    shown = _domains_on(pages)
    own = registered(domain)
    if own in sent or own in shown:
        return
    for known in (*dict.fromkeys(sent), *shown):
        if share := _likeness(domain, known):
            told = "the mail came from a domain that is nearly the vendor's, and not the same"
            place = shown[known].as_json() if known in shown else {}
            evidence = {"sender_domain": domain, "vendor_domain": known, **place}
            yield flag("sender_lookalike", told, evidence, share=share)
            return
    if len(sent) >= MIN_SENT:
        told = "the mail came from another domain than this vendor's documents before"
        evidence = {"sender_domain": domain, "before": sorted(set(sent)), "documents": len(sent)}
        yield flag("sender_changed", told, evidence)


def registered(domain: str) -> str:
    """The part that somebody registered: mail.example.co.uk is example.co.uk."""
    name, ending = _parted(domain)
    return f"{name}.{ending}"


def _parted(domain: str) -> tuple[str, str]:
    labels = domain.split(".")
    count = 2 if len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in _OF_ENDING else 1
    return labels[-count - 1], ".".join(labels[-count:])


def _readable(domain: str) -> str:
    """Letters that are written in ASCII as people see them, since these are what deceives."""
    with suppress(UnicodeError):
        return domain.encode("ascii").decode("idna")
    return domain


def _domains_on(pages: Sequence[Page]) -> dict[str, Place]:
    found: dict[str, Place] = {}
    for page in pages:
        for word in page.words if page.source is TextSource.TEXT_LAYER else ():
            for match in _DOMAIN.finditer(word.text):
                found.setdefault(registered(match[1].lower()), Place(page.number, word.box))
        if len(found) > MAX_DOMAINS:
            break
    return found


def _likeness(domain: str, known: str) -> float:
    """0 = not alike, else what it leaves of the weight. `known` is a registered domain."""
    (name, _), (other, _) = _parted(domain), _parted(known)
    if {name, other} & _PUBLIC or len(other) < MIN_NAME:
        return 0.0
    if name == other:
        return OTHER_ENDING_SHARE
    # example.com.attacker.net
    if f".{known}." in f".{domain}.":
        return 1.0
    return 1.0 if differ_by(name, other, 1 if len(other) < SHORT_NAME else 2) else 0.0
