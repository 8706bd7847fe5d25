"""The tabs of learning on the page of one trainee: marks and journals."""

from django.db.models import OuterRef, Subquery
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy

from cohorts.models import Trainee
from learning.models import Attendance, Journal, JournalScore
from learning.tables.attendance import AttendanceTable
from learning.tables.journals import POINTS, JournalTable
from trainee_mgmt.kit import access
from trainee_mgmt.kit.lists import TablePage


class TraineeTab(TablePage, abstract=True):
    """Rows of one reachable trainee."""

    model = Trainee
    rows_of = None
    template_name = "learning/trainee_tab.html"

    def enter(self, request, **kwargs):
        super().enter(request, **kwargs)
        trainees = self.reachable(Trainee, "cohorts.view_trainee").select_related("person", "cohort__program")
        self.trainee = get_object_or_404(trainees.defer("person__phone", "person__id_number"), pk=kwargs["pk"])

    def get_rows(self):
        return self.rows_of.objects.filter(access.rows(self.request.user, self.allow), trainee=self.trainee)

    def get_context_data(self, **kwargs):
        return super().get_context_data(trainee=self.trainee, cohort=self.trainee.cohort, **kwargs)


class OwnPlace:
    """For pages about oneself: the latest place as ``trainee`` and the person behind it."""

    def enter(self, request, **kwargs):
        super().enter(request, **kwargs)
        mine = self.reachable(Trainee).select_related("person", "cohort__program__unit")
        hidden = mine.defer("person__phone", "person__id_number")
        self.trainee = hidden.order_by("-joined_on", "-pk").first()
        if self.trainee is None:
            raise Http404
        self.person = self.trainee.person


class OwnMarks(AttendanceTable):
    """Without the columns that name the trainee."""

    columns = tuple(column for column in AttendanceTable.columns if column.key not in ("trainee", "number"))
    default_order = ("-session__starts_at",)


class TraineeAttendance(TraineeTab):
    allow = "learning.view_attendance"
    rows_of = Attendance
    table_class = OwnMarks
    title = gettext_lazy("Attendance")

    def get_rows(self):
        return super().get_rows().filter(session__cancelled_at=None, in_force=True)


class TraineeJournals(TraineeTab):
    allow = "learning.view_journal"
    rows_of = Journal
    table_class = JournalTable
    title = gettext_lazy("Journals")

    def get_rows(self):
        given = JournalScore.objects.filter(journal=OuterRef("pk"), in_force=True)
        return super().get_rows().annotate(points=Subquery(given.values("points")))

    def get_table_options(self):
        may_score = access.holds(self.request.user, "learning.score_journal")
        return {"columns": (POINTS,) if may_score and self.trainee.cohort.scoring.is_asked else ()}
