"""An open scheme with people and raters, as most tests of scores need it."""

from decimal import Decimal

from accounts.models import Role
from assessments.models import Score
from assessments.services.scores import Typed, save_score
from tests import make


class Panel:
    """A class of ``people``, an open scheme of two manual indicators (60 % of 30, 40 % of 100), and ``raters``."""

    def __init__(self, people: int = 2, raters: int = 1, **scheme):
        self.training_class = make.training_class()
        self.cohort = self.training_class.cohort
        self.people = [make.trainee(in_class=self.training_class) for _ in range(people)]
        self.scheme = make.scheme(self.cohort, state="open", opened_at=make.at(make.START), **scheme)
        self.essay = make.indicator(self.scheme, name="Essay", weight=Decimal(60), full_marks=Decimal(30), order=1)
        self.talk = make.indicator(self.scheme, name="Talk", weight=Decimal(40), full_marks=Decimal(100), order=2)
        self.raters = [make.rater(self.scheme) for _ in range(raters)]

    @property
    def rater(self):
        return self.raters[0].user

    def save(self, text, *, of=None, on=None, seen=None, rater=None, by=None):
        rater = rater or self.rater
        typed = Typed((on or self.essay).pk, (of or self.people[0]).pk, text, seen)
        return save_score(self.scheme, rater.pk, typed, by=by or rater)

    def organizer(self):
        return make.user(Role.ORGANIZER, self.cohort.program)

    def fill(self, points=("27", "80")):
        """Every rater gives everybody the same points."""
        Score.objects.bulk_create(
            Score(
                indicator=indicator,
                trainee=trainee,
                rater=rater.user,
                points=Decimal(given),
                entered_at=make.at(make.START),
                entered_by=rater.user,
            )
            for rater in self.raters
            for trainee in self.people
            for indicator, given in zip((self.essay, self.talk), points)
        )
