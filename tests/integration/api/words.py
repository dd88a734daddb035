"""Words of a page as reading keeps them in the file store."""

from collections.abc import Sequence

import orjson


def words(lines: Sequence[tuple[str, str]]) -> bytes:
    """Labels on the left, values on the right."""
    placed = []
    for row, cells in enumerate(lines):
        y = 0.1 + row * 0.05
        for column, cell in enumerate(cells):
            x = 0.1 + column * 0.3
            for word in cell.split():
                placed.append([word, x, y, x + 0.012 * len(word), y + 0.02, 1.0])
                x += 0.012 * len(word) + 0.01
    page = {"number": 1, "width": 595, "height": 842, "source": "text_layer", "words": placed}
    return orjson.dumps(page)
