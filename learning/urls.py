from django.urls import path

from learning.views import checkins, journals, releases, roll, rules, sessions, timetable, trainees

app_name = "learning"
urlpatterns = [
    path("cohorts/<int:cohort>/sessions/", sessions.SessionList.as_view(), name="session_list"),
    path("cohorts/<int:cohort>/sessions/new/", sessions.SessionCreate.as_view(), name="session_create"),
    path("sessions/<int:pk>/", sessions.SessionDetail.as_view(), name="session_detail"),
    path("sessions/<int:pk>/edit/", sessions.SessionUpdate.as_view(), name="session_update"),
    path("sessions/<int:pk>/cancel/", sessions.SessionCancel.as_view(), name="session_cancel"),
    path("sessions/<int:pk>/restore/", sessions.SessionRestore.as_view(), name="session_restore"),
    path("sessions/<int:pk>/repeat/", sessions.SessionRepeat.as_view(), name="session_repeat"),
    path("sessions/<int:pk>/discard/", sessions.DraftDiscard.as_view(), name="session_discard"),
    path("cohorts/<int:cohort>/conflicts/", timetable.ConflictList.as_view(), name="conflict_list"),
    path("cohorts/<int:cohort>/conflicts/accept/", timetable.ConflictAccept.as_view(), name="conflict_accept"),
    path("cohorts/<int:cohort>/timetable/rule/", timetable.TimetableRuleUpdate.as_view(), name="timetable_rule"),
    path("cohorts/<int:cohort>/releases/", releases.ReleaseList.as_view(), name="release_list"),
    path("cohorts/<int:cohort>/releases/new/", releases.ReleaseCreate.as_view(), name="release_create"),
    path("cohorts/<int:cohort>/releases/<int:number>/", releases.ReleaseDetail.as_view(), name="release_detail"),
    path("sessions/<int:pk>/roll/", roll.RollCall.as_view(), name="roll_call"),
    path("sessions/<int:pk>/marks/<int:trainee>/", roll.MarkCorrect.as_view(), name="mark_correct"),
    path("sessions/<int:pk>/check-in/", checkins.CheckInScreen.as_view(), name="checkin_screen"),
    path("sessions/<int:pk>/settle/<int:trainee>/", checkins.DifferenceSettle.as_view(), name="difference_settle"),
    path(
        "cohorts/<int:cohort>/attendance/differences/",
        checkins.AttendanceDifferences.as_view(),
        name="attendance_differences",
    ),
    path("in/<str:code>/", checkins.CodeRead.as_view(), name="code_read"),
    path("my/check-in/", checkins.CheckIn.as_view(), name="check_in"),
    path("cohorts/<int:cohort>/attendance/", roll.AttendanceList.as_view(), name="attendance_list"),
    path("cohorts/<int:cohort>/rules/", rules.AttendanceRulesList.as_view(), name="attendancerules_list"),
    path("cohorts/<int:cohort>/rules/new/", rules.AttendanceRulesCreate.as_view(), name="attendancerules_create"),
    path("rules/<int:pk>/edit/", rules.AttendanceRulesUpdate.as_view(), name="attendancerules_update"),
    path("rules/<int:pk>/delete/", rules.AttendanceRulesDelete.as_view(), name="attendancerules_delete"),
    path("trainees/<int:pk>/attendance/", trainees.TraineeAttendance.as_view(), name="trainee_attendance"),
    path("trainees/<int:pk>/journals/", trainees.TraineeJournals.as_view(), name="trainee_journals"),
    path("my/sessions/", sessions.MySessions.as_view(), name="my_sessions"),
    path("my/journals/", journals.MyJournals.as_view(), name="my_journals"),
    path("my/journals/<int:pk>/<str:week>/", journals.JournalWrite.as_view(), name="journal_write"),
    path("my/journals/<int:pk>/<str:week>/pictures/", journals.PictureAdd.as_view(), name="picture_add"),
    path("journals/pictures/<int:pk>/", journals.PictureShow.as_view(), name="picture_show"),
    path(
        "my/journals/<int:pk>/pictures/<int:picture>/remove/", journals.PictureRemove.as_view(), name="picture_remove"
    ),
    path("cohorts/<int:cohort>/journals/", journals.JournalReview.as_view(), name="journal_review"),
    path("cohorts/<int:cohort>/journals/missing/", journals.JournalMissing.as_view(), name="journal_missing"),
    path("cohorts/<int:cohort>/journals/accept/", journals.JournalAcceptMany.as_view(), name="journal_accept_many"),
    path("journals/<int:pk>/", journals.JournalDetail.as_view(), name="journal_detail"),
    path("journals/<int:pk>/accept/", journals.JournalAccept.as_view(), name="journal_accept"),
    path("journals/<int:pk>/return/", journals.JournalReturn.as_view(), name="journal_return"),
    path("journals/<int:pk>/comment/", journals.JournalComment.as_view(), name="journal_comment"),
]
