"""What the modules of the demo are given: one program with its people and its sessions so far."""

import random
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from accounts.models import User
from cohorts.models import Cohort, Trainee, TrainingClass
from learning.models import Session
from reports.management.demo.programs import DemoProgram
from trainee_mgmt.kit.days import moment

Members = dict[TrainingClass, list[Trainee]]


@dataclass(frozen=True)
class Stage:
    """One program of the demo, its sessions so far and who runs it."""

    plan: DemoProgram
    cohort: Cohort
    members: Members
    held: list[tuple[Session, TrainingClass]]
    by: User
    rng: random.Random
    today: date

    @property
    def classes(self) -> list[TrainingClass]:
        return list(self.members)

    def at(self, days: int, hour: int, minute: int = 0) -> datetime:
        """A moment so many days from today."""
        return moment(self.today + timedelta(days=days), hour, minute)
