"""calamine and COPY: all cells of the sheet as texts into one table."""

import csv
import io

from django.db import connection
from python_calamine import CalamineWorkbook

COLUMNS = [f"c{n}" for n in range(18)]
TABLE = f"CREATE TABLE IF NOT EXISTS floor_roster (id bigserial PRIMARY KEY, {', '.join(f'{name} text' for name in COLUMNS)})"


def bring(file: str) -> int:
    _header, *rows = CalamineWorkbook.from_path(file).get_sheet_by_index(0).to_python()
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    text.seek(0)
    with connection.cursor() as cursor:
        cursor.execute(TABLE)
        cursor.copy_expert(f"COPY floor_roster ({', '.join(COLUMNS)}) FROM STDIN WITH (FORMAT csv)", text)
    return len(rows)
