"""A letter in the form that travels (RFC 5322)."""

from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

import idna

from docflow.domain.errors import PermanentError
from docflow.domain.ports.mail import Letter

# ASCII on the way whatever it says: a file of it is text, and no server must be asked whether it takes more.
_POLICY = SMTP.clone(cte_type="7bit")


def message_from(letter: Letter, *, sender: str, message_id: str, at: datetime) -> EmailMessage:
    """Raises PermanentError `mail_refused` for an address or subject that cannot stand in a header."""
    message = EmailMessage(policy=_POLICY)
    message["To"] = tuple(_address(each) for each in (letter.to, *letter.also_to))
    try:
        message["From"] = sender
        message["Subject"] = letter.subject
    except ValueError as error:
        raise _refused() from error
    message["Date"] = format_datetime(at)
    message["Message-ID"] = message_id
    # Of no use to whoever answers automatically, such as a note that somebody is on holiday (RFC 3834).
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text)
    if letter.html:
        message.add_alternative(letter.html, subtype="html")
    for each in letter.attachments:
        main, _, sub = each.mime_type.partition("/")
        message.add_attachment(each.content, maintype=main, subtype=sub, filename=each.file_name)
    return message


def _address(given: str) -> Address:
    # The library's parser stumbles over some of what is no address ("a@", "a@[1") instead of refusing it.
    name, _, host = given.rpartition("@")
    try:
        # A host with an umlaut would be encoded as words of a header are, which no server can find.
        return Address(
            addr_spec=given if host.isascii() else f"{name}@{idna.encode(host, uts46=True).decode()}"
        )
    except (ValueError, MessageError, LookupError, AttributeError) as error:
        raise _refused() from error


def _refused() -> PermanentError:
    return PermanentError("the address cannot be written to", code="mail_refused")
