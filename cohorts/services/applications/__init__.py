"""Applications for a cohort: their round, handing in, nominations, the office's answer, outcomes."""
