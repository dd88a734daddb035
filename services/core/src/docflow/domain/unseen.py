"""Characters that a person does not see and a program does: zero-width and bidirectional marks, tags, soft hyphens."""

import re

_UNSEEN = re.compile("[\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\U000e0000-\U000e007f]")
#: Inside a word of Latin letters or a number they have no use; scripts that need joiners are left alone.
_MARK = "[\u180e\u200b-\u200f\u2060-\u2064\ufeff]"
_INSIDE = re.compile(f"[A-Za-z0-9]{_MARK}[A-Za-z0-9]|[0-9]{_MARK}[.,]|[.,]{_MARK}[0-9]")
#: What follows reads in another order than it shows, or is a text of its own in tag letters.
_TURNED = re.compile("[\u202d\u202e\u2066-\u2068]|[\U000e0020-\U000e007e]{4,}")


def as_seen(text: str) -> str:
    """Without the characters that nobody sees."""
    return _UNSEEN.sub("", text)


def misleads(text: str) -> bool:
    """Whether unseen characters part a word or a number, turn the order of reading or spell something."""
    return _INSIDE.search(text) is not None or _TURNED.search(text) is not None
