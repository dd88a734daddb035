"""Stored secrets under the first of the sealing keys, whichever of them sealed them."""

from collections.abc import Iterator, Mapping

from docflow.adapters.sealing.fernet import FernetSealing
from docflow.db.sealed import ANSWERS, Resealed, SealedColumn, reseal
from docflow.domain.errors import UserError
from docflow.runtime.local_state import LocalState
from docflow.runtime.settings import Settings


async def reseal_all(settings: Settings, url: str) -> Mapping[SealedColumn, Resealed]:
    """`url` is of one who may migrate. Raises UserError `sealing_key_missing`, and as `reseal` does."""
    made_here = LocalState(settings.home).kept_secret("auth")
    keys = settings.auth.sealing_secrets() or ([made_here] if made_here else [])
    if not keys:
        raise UserError("no sealing key is set: DOCFLOW_AUTH__SEALING_KEYS", code="sealing_key_missing")
    # Those from before they had keys of their own are sealed as the rest.
    answer_keys = [*(each.get_secret_value() for each in settings.llm.answer_keys), *keys]
    return {
        **await reseal(url, FernetSealing(keys).resealed),
        **await reseal(url, FernetSealing(answer_keys).resealed, (ANSWERS,)),
    }


def told(done: Mapping[SealedColumn, Resealed]) -> Iterator[str]:
    """A line for each column that holds something, and what it comes to."""
    for place, of in done.items():
        if of.looked_at:
            lost = f", {of.unreadable} that no key opens" if of.unreadable else ""
            yield f"{place.table}.{place.column}  {of.looked_at}, {of.changed} resealed{lost}"
    changed = sum(each.changed for each in done.values())
    unreadable = sum(each.unreadable for each in done.values())
    if unreadable:
        yield f"{unreadable} values are sealed with a key that is not listed: list it, or set them anew"
    elif changed:
        yield f"{changed} values resealed; once another run reseals none, the other keys can go"
    else:
        yield "all is sealed with the first key; the others can go"
