from assessments.models.schemes import Indicator, Rater, Scheme
from assessments.models.scores import Result, Score

__all__ = ["Indicator", "Rater", "Result", "Scheme", "Score"]
