"""Who may do what between the first and the last day: one module a topic, what several ask in ``scope``."""

from learning.access import activities, closing, duties, hours, journals, leave, paper, sessions, told

__all__ = ["activities", "closing", "duties", "hours", "journals", "leave", "paper", "sessions", "told"]
