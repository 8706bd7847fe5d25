"""The solver: rows of a linear program over columns of 0 or 1, solved by HiGHS."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

import highspy
import numpy as np
from django.utils.translation import gettext as _

from trainee_mgmt.kit.errors import Refused

WHOLE = 1e-6  # nearer to a whole number than this is that number
# Each column is bounded, so "unbounded or infeasible" is infeasible.
NOT_FEASIBLE = {highspy.HighsModelStatus.kInfeasible, highspy.HighsModelStatus.kUnboundedOrInfeasible}
OPTIONS = {"output_flag": False, "threads": 1, "random_seed": 0, "mip_rel_gap": 0.0, "mip_abs_gap": 0.5}
# Lowest, highest, columns, and the factor of the last column; the others have 1.
Row = tuple[float, float, Sequence[int], float]


@dataclass(frozen=True)
class Rows:
    """All rows in arrays: the lowest and highest of each, where its columns begin (and at last where they end), factors."""

    low: np.ndarray
    high: np.ndarray
    starts: np.ndarray
    columns: np.ndarray
    factors: np.ndarray


class TookTooLong(Refused):
    """The best plan was not proven in the time that there is: nothing is known, and nothing is claimed."""

    def __init__(self):
        super().__init__(
            _(
                "The best plan was not found in the time that there is. Fewer limits and fewer people kept apart make it easier."
            )
        )


class Clock:
    """So many seconds for all solves of one question together."""

    def __init__(self, seconds: float):
        self._until = time.monotonic() + seconds

    @property
    def left(self) -> float:
        return max(0.0, self._until - time.monotonic())


def run(solver: highspy.Highs, clock: Clock, *, whole: bool = False) -> np.ndarray | None:
    """The columns at 1 of the best solution, None if there is none. A fraction makes it a mixed-integer program."""
    if not (left := clock.left):
        raise TookTooLong
    solver.setOptionValue("time_limit", solver.getRunTime() + left)
    solver.run()
    status = solver.getModelStatus()
    if status in NOT_FEASIBLE:
        return None
    if status == highspy.HighsModelStatus.kTimeLimit:
        raise TookTooLong
    if status != highspy.HighsModelStatus.kOptimal:
        raise RuntimeError(f"the solver stopped: {solver.modelStatusToString(status)}")
    values = np.array(solver.getSolution().col_value)
    chosen = values > 0.5
    if not whole and np.abs(values - chosen).max(initial=0.0) > WHOLE:
        return run(_in_whole_numbers(solver.getLp()), clock, whole=True)  # its own, so that the basis of this one stays
    return chosen


def rows_of(rows: Sequence[Row]) -> Rows:
    low, high, found, lasts = zip(*rows, strict=True)
    columns = np.concatenate(found)
    starts = np.concatenate([[0], np.fromiter(map(len, found), dtype=int, count=len(found)).cumsum()])
    factors = np.ones(len(columns))
    factors[starts[1:] - 1] = lasts
    return Rows(np.array(low), np.array(high), starts, columns, factors)


def solver_of(
    wish: np.ndarray, lower: np.ndarray, upper: np.ndarray, rows: Rows, *, whole: bool = False
) -> highspy.Highs:
    """A solver that holds the program: its matrix goes over in arrays, row after row."""
    solver = _new_solver()
    solver.passModel(
        len(wish), len(rows.low), len(rows.columns), int(highspy.MatrixFormat.kRowwise), int(highspy.ObjSense.kMaximize), 0.0,
        wish, lower, upper, rows.low.astype(float), rows.high.astype(float),
        rows.starts.astype(np.int32), rows.columns.astype(np.int32), rows.factors,
        np.full(len(wish), int(whole), dtype=np.int32),
    )  # fmt: skip
    return solver


def _in_whole_numbers(program: highspy.HighsLp) -> highspy.Highs:
    program.integrality_ = [highspy.HighsVarType.kInteger] * program.num_col_
    solver = _new_solver()
    solver.passModel(program)
    return solver


def _new_solver() -> highspy.Highs:
    solver = highspy.Highs()
    for name, value in OPTIONS.items():
        solver.setOptionValue(name, value)
    return solver
