"""From costs to lines: bench.json for machines, a table for people."""

import json
from pathlib import Path
from statistics import median

from tests.bench.cases import Case

MS = {"ms": 1, "s": 1000}


def results(cases: list[Case]) -> list[dict]:
    lines = {}
    for case in cases:
        lines[case.name] = _line(case, lines)
    return list(lines.values())


def _line(case: Case, lines: dict[str, dict]) -> dict:
    at_few = lines.get(case.same_as)
    ours, floor = _cost(case, "ours"), _cost(case, "floor")
    if at_few:
        floor = at_few["ours"]
    line = {
        "name": case.name,
        "ours": ours,
        "floor": floor,
        "ratio": round(ours / floor, 2) if floor else None,
        "aim": case.aim and round(case.aim, 2),
        "aim_of": case.aim_of,
        "unit": case.unit,
        "queries": case.queries_seen,
        "bytes": case.bytes_seen or None,
        "peak_mib": case.mib_seen,
    }
    return line | {"missed": _missed(case, line, at_few, lines.get(case.queries_as))}


def _cost(case: Case, side: str) -> float | None:
    return round(median(case.costs[side]) / MS[case.unit], 2) if case.costs[side] else None


def _missed(case: Case, line: dict, at_few: dict | None, as_many: dict | None) -> list[str]:
    """What is not as it should be, in a word each."""
    measured = line[case.aim_of]
    wrong = {
        "CPU": case.aim and measured and measured > case.aim,
        "queries": case.queries and line["queries"] and line["queries"] > case.queries,
        "bytes": case.bytes and line["bytes"] and line["bytes"] > case.bytes,
        "memory": case.mib and line["peak_mib"] > case.mib,
        "queries grow": as_many and line["queries"] and line["queries"] > as_many["queries"],
        "bytes grow": at_few and line["bytes"] and line["bytes"] > case.aim * at_few["bytes"],
    }
    return [word for word, is_wrong in wrong.items() if is_wrong] + sorted(case.wrong)


def write(lines: list[dict], file: Path) -> None:
    file.write_text(json.dumps(lines, ensure_ascii=False, indent=1) + "\n")


def show(lines: list[dict]) -> None:
    head = ("case", "ours", "floor", "ratio", "aim", "queries", "bytes", "MiB", "")
    table = [head] + [_words(line) for line in lines]
    widths = [max(len(row[at]) for row in table) for at in range(len(head))]
    print()
    for row in table:
        cells = [row[0].ljust(widths[0]), *(text.rjust(width) for text, width in zip(row[1:-1], widths[1:-1])), row[-1]]
        print("  ".join(cells).rstrip())


def _words(line: dict) -> tuple[str, ...]:
    aim = "" if line["aim"] is None else f"≤ {line['aim']:g} {'×' if line['aim_of'] == 'ratio' else line['unit']}"
    return (
        line["name"],
        *(_number(line[key], f" {line['unit']}") for key in ("ours", "floor")),
        _number(line["ratio"], " ×"),
        aim,
        *(_number(line[key], "") for key in ("queries", "bytes", "peak_mib")),
        ", ".join(line["missed"]),
    )


def _number(value, unit: str) -> str:
    return "" if value is None else f"{value:,}{unit}"
