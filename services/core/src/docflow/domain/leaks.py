"""Words of a prompt in a model's answer: a document may ask for them, and they are not the document's."""

#: So many words in a row are no accident.
_RUN = 4
_RUN_CHARACTERS = 12
#: A single word of this length with a digit in it is a code, not a word that both happen to use.
_CODE_CHARACTERS = 10


def leaks(answer: str, prompt: str, shown: str) -> bool:
    """Whether an answer repeats what stands in the prompt and not in what was shown as the document; both on one line."""
    words = answer.split()
    runs = [" ".join(words[at : at + _RUN]) for at in range(len(words) - _RUN + 1)]
    codes = [word.strip(".,;:!?()[]{}\"'") for word in words if any(map(str.isdigit, word))]
    told = [run for run in runs if len(run) >= _RUN_CHARACTERS]
    told += [code for code in codes if len(code) >= _CODE_CHARACTERS]
    return any(one in prompt and one not in shown for one in told)
