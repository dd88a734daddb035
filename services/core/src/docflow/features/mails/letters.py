"""Every letter's words, in one place, by language. Values are escaped in the HTML form; nothing is loaded from elsewhere."""

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from string import Template

from docflow.domain.notifying import Language
from docflow.domain.ports.mail import Letter
from docflow.features.mails.kinds import MailKind


@dataclass(frozen=True, slots=True)
class _Words:
    """`$name` stands for a value of the letter; `link` is a portal path whose token follows the `#`."""

    subject: str
    text: str
    link: str | None = None
    button: str = ""


_ENGLISH = {
    MailKind.INVITATION: _Words(
        "You are invited to $client_name",
        "You are invited to work with $client_name on DocFlow AI. Choose a password to begin. "
        "The invitation is good for seven days.",
        "/invite",
        "Accept the invitation",
    ),
    MailKind.VERIFICATION: _Words(
        "Confirm your address",
        "Please confirm that $email is your address. The link is good for three days.",
        "/verify",
        "Confirm the address",
    ),
    MailKind.PASSWORD_RESET: _Words(
        "Choose a new password",
        "Somebody, hopefully you, asked for a new password for $email. The link is good for 30 minutes and works once. "
        "If it was not you, ignore this letter: nothing has changed.",
        "/reset",
        "Choose a new password",
    ),
    MailKind.PASSWORD_CHANGED: _Words(
        "Your password was changed",
        "The password of $email was changed, and all its sessions have ended. If it was not you, ask for a new "
        "password now and tell your administrator.",
    ),
}
_GERMAN = {
    MailKind.INVITATION: _Words(
        "Einladung zu $client_name",
        "Sie sind eingeladen, mit $client_name auf DocFlow AI zu arbeiten. Wählen Sie zu Beginn ein Passwort. "
        "Die Einladung gilt sieben Tage.",
        "/invite",
        "Einladung annehmen",
    ),
    MailKind.VERIFICATION: _Words(
        "Bestätigen Sie Ihre Adresse",
        "Bitte bestätigen Sie, dass $email Ihre Adresse ist. Der Link gilt drei Tage.",
        "/verify",
        "Adresse bestätigen",
    ),
    MailKind.PASSWORD_RESET: _Words(
        "Wählen Sie ein neues Passwort",
        "Jemand, hoffentlich Sie, hat ein neues Passwort für $email angefordert. Der Link gilt 30 Minuten und einmal. "
        "Wenn Sie es nicht waren, beachten Sie diesen Brief nicht: Es hat sich nichts geändert.",
        "/reset",
        "Neues Passwort wählen",
    ),
    MailKind.PASSWORD_CHANGED: _Words(
        "Ihr Passwort wurde geändert",
        "Das Passwort von $email wurde geändert, und alle Sitzungen sind beendet. Wenn Sie es nicht waren, fordern Sie "
        "jetzt ein neues Passwort an und sagen Sie es Ihrem Administrator.",
    ),
}
_WORDS: Mapping[Language, Mapping[MailKind, _Words]] = {Language.EN: _ENGLISH, Language.DE: _GERMAN}
_OR_OPEN = {Language.EN: "Or open this address", Language.DE: "Oder öffnen Sie diese Adresse"}

_PAGE = """<!doctype html>
<html lang="$language">
<head><meta charset="utf-8"><title>$subject</title></head>
<body style="font-family:sans-serif;line-height:1.5;color:#1f2933;max-width:34rem">
<p>$text</p>
$action</body>
</html>
"""
_ACTION = '<p><a href="$link">$button</a></p>\n<p>$or_open: $link</p>\n'


def write_letter(
    kind: MailKind, values: Mapping[str, str], *, portal_url: str, language: Language = Language.EN
) -> Letter:
    """The letter to `values["email"]`. Its token stands behind the `#`, which no server is sent or logs."""
    words = _WORDS[language][kind]
    link = f"{portal_url}{words.link}#token={values['token']}" if words.link else None
    subject = " ".join(Template(words.subject).substitute(values).split())
    text = Template(words.text).substitute(values)
    action = ""
    if link:
        action = Template(_ACTION).substitute(
            link=escape(link), button=escape(words.button), or_open=_OR_OPEN[language]
        )
    return Letter(
        to=values["email"],
        subject=subject,
        text=text + (f"\n\n{words.button}: {link}\n" if link else "\n"),
        html=Template(_PAGE).substitute(
            language=language.value, subject=escape(subject), text=escape(text), action=action
        ),
    )
