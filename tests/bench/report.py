"""From costs to lines: var/bench.json for machines, a table for people."""

import json
from statistics import median

from ops.environment import ROOT
from tests.bench.cases import Case

FILE = ROOT / "var" / "bench.json"


def results(cases: list[Case]) -> list[dict]:
    lines = {}
    for case in cases:
        lines[case.name] = _line(case, lines.get(case.same_as))
    return list(lines.values())


def _line(case: Case, at_450: dict | None) -> dict:
    ours = round(median(case.costs["ours"]), 2) if case.costs["ours"] else None
    floor = round(median(case.costs["floor"]), 2) if case.costs["floor"] else None
    if case.same_as:
        floor = at_450 and at_450["ours"]
    ratio = round(ours / floor, 2) if ours is not None and floor else None
    line = {
        "name": case.name,
        "ours": ours,
        "floor": floor,
        "ratio": ratio,
        "aim": round(case.aim, 2) or None,
        "aim_of": case.aim_of,
        "unit": "ms",
        "queries": case.queries_seen,
        "bytes": case.bytes_seen,
        "peak_mib": None,
    }
    return line | {"missed": _missed(case, line, at_450)}


def _missed(case: Case, line: dict, at_450: dict | None) -> list[str]:
    """What is not as it should be, in a word each."""
    if line["ours"] is None:
        return ["not there yet"]
    measured = {"ratio": line["ratio"], "ours": line["ours"]}.get(case.aim_of)
    missed = []
    if measured is not None and measured > case.aim:
        missed.append("CPU")
    if line["queries"] and line["queries"] > case.queries:
        missed.append("queries")
    if line["bytes"] and line["bytes"] > case.bytes:
        missed.append("bytes")
    if at_450 and line["queries"] != at_450["queries"]:
        missed.append("queries grow")
    if at_450 and line["bytes"] and line["bytes"] > case.aim * at_450["bytes"]:
        missed.append("bytes grow")
    return missed


def write(lines: list[dict]) -> None:
    FILE.write_text(json.dumps(lines, ensure_ascii=False, indent=1) + "\n")


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
