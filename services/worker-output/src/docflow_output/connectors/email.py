"""Sends the result, or word of it, by mail."""

from collections.abc import Sequence

from docflow.domain.errors import PermanentError
from docflow.domain.filling import filled, filled_name
from docflow.domain.json_types import JsonObject, JsonValue
from docflow.domain.ports.mail import Attachment, Letter, Mail
from docflow.domain.target_mapping import Source
from docflow.features.outputs.repository import ClaimedAction

from docflow_output.connectors.connector import Effect
from docflow_output.forms import Forms

MOST_RECIPIENTS = 20
_SUBJECT = "{{process_type_id}} {{external_id}}"
_TEXT = "The result of process {{process_id}} is complete.\n"
_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;"})


class Email:
    """`target_config`: `to` (an address or a list), `subject`, `text` and `html` with places such as
    `{{fields.grand_total}}`, and `attach`, a list of formats. In HTML a value is text, never markup.

    The Message-ID is made of the action, so a receiver can tell a repeat.
    """

    action_type = "email"

    def __init__(self, mail: Mail, forms: Forms) -> None:
        self._mail = mail
        self._forms = forms

    async def carry_out(self, action: ClaimedAction, result: JsonObject) -> Effect:
        to, *others = _recipients(action.target_config.get("to"))
        attachments = await self._attachments(action, result)
        letter = _letter(action, result, to, others, attachments)
        refused = await self._mail.send(letter)
        return Effect(
            {
                "message_id": action.key,
                "recipients": 1 + len(others) - refused,
                **({"refused": refused} if refused else {}),
            }
        )

    async def _attachments(self, action: ClaimedAction, result: JsonObject) -> list[Attachment]:
        name = filled_name("{process_type_id}-{process_id}", action.facts)
        wanted = action.target_config.get("attach") or ()
        if not isinstance(wanted, list | tuple):
            raise PermanentError("attach is a list of formats", code="action_invalid")
        written = [await self._forms.write(form, action, result) for form in dict.fromkeys(wanted)]
        return [
            Attachment(f"{name}.{each.ending}", each.mime_type.partition(";")[0], each.content)
            for each in written
        ]


def _letter(
    action: ClaimedAction,
    result: JsonObject,
    to: str,
    others: Sequence[str],
    attachments: Sequence[Attachment],
) -> Letter:
    config = action.target_config
    values = Source(result, action.facts).texts()
    try:
        subject = " ".join(filled(str(config.get("subject") or _SUBJECT), values).split())
        text = filled(str(config.get("text") or _TEXT), values)
        escaped = {name: value and value.translate(_ESCAPES) for name, value in values.items()}
        html = filled(str(config.get("html") or ""), escaped)
    except ValueError as error:
        raise PermanentError(str(error), code="action_invalid") from error
    return Letter(to, subject[:200], text, html, tuple(others), tuple(attachments), action.key)


def _recipients(given: JsonValue) -> Sequence[str]:
    listed = [given] if isinstance(given, str) else given
    if (
        not isinstance(listed, list | tuple)
        or not 1 <= len(listed) <= MOST_RECIPIENTS
        or not all(isinstance(each, str) and "@" in each for each in listed)
    ):
        raise PermanentError(f"an e-mail goes to one to {MOST_RECIPIENTS} addresses", code="action_invalid")
    return listed
