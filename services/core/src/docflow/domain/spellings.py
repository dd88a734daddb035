"""Whether two names are a few letters apart."""


def differ_by(one: str, other: str, most: int) -> bool:
    """Whether 1 to `most` letters must be put in, left out or replaced to make one of the other; equal names do not."""
    if one == other or abs(len(one) - len(other)) > most:
        return False
    # With so few edits one of `most + 1` parts stands in the other unchanged; looking for it is quick.
    step = len(one) // (most + 1)
    if not any(one[part * step : (part + 1) * step] in other for part in range(most + 1)):
        return False
    return _distance(one, other) <= most


def _distance(one: str, other: str) -> int:
    before = list(range(len(other) + 1))
    for row, letter in enumerate(one, 1):
        line = [row]
        for column, second in enumerate(other, 1):
            line.append(
                min(before[column] + 1, line[-1] + 1, before[column - 1] + (letter != second)),
            )
        before = line
    return before[-1]
