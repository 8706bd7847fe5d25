"""Where the header of a sheet stands: offices put titles and notes above it."""

from collections.abc import Callable, Collection, Mapping, Sequence

from trainee_mgmt.kit.sheets.book import Cell

LOOKED_AT = 20  # rows in which the header is searched


def find_header(
    rows: Sequence[Sequence[Cell]],
    fields: Mapping[str, str],
    *,
    plain: Callable[[Cell], str],
    is_header: Callable[[Collection[str]], bool],
) -> tuple[int, dict[str, int]] | None:
    """(place of the header among the rows, column of each field); None where no row is one.

    ``fields``: the field of each header as ``plain`` writes it. A row is the header once ``is_header`` says so of the
    fields found in it; of two columns of one field the first counts.
    """
    for place, row in enumerate(rows[:LOOKED_AT]):
        columns: dict[str, int] = {}
        for at, cell in enumerate(row):
            if field := fields.get(plain(cell)):
                columns.setdefault(field, at)
        if is_header(columns.keys()):
            return place, columns
    return None
