from django.urls import path

from cohorts.views import classes, cohorts, roster, split, trainee_acts, trainees

app_name = "cohorts"
urlpatterns = [
    path("cohorts/", cohorts.CohortList.as_view(), name="cohort_list"),
    path("cohorts/new/", cohorts.CohortCreate.as_view(), name="cohort_create"),
    path("cohorts/switch/", cohorts.CohortSwitch.as_view(), name="cohort_switch"),
    path("cohorts/<int:cohort>/", cohorts.CohortDetail.as_view(), name="cohort_detail"),
    path("cohorts/<int:pk>/edit/", cohorts.CohortUpdate.as_view(), name="cohort_update"),
    path("cohorts/<int:pk>/copy/", cohorts.CohortCopy.as_view(), name="cohort_copy"),
    path("cohorts/<int:pk>/close/", cohorts.CohortClose.as_view(), name="cohort_close"),
    path("cohorts/<int:pk>/reopen/", cohorts.CohortReopen.as_view(), name="cohort_reopen"),
    path("cohorts/<int:pk>/delete/", cohorts.CohortDelete.as_view(), name="cohort_delete"),
    path("cohorts/<int:cohort>/classes/", classes.ClassList.as_view(), name="class_list"),
    path("cohorts/<int:cohort>/classes/new/", classes.ClassCreate.as_view(), name="class_create"),
    path("classes/<int:pk>/", classes.ClassDetail.as_view(), name="class_detail"),
    path("classes/<int:pk>/edit/", classes.ClassUpdate.as_view(), name="class_update"),
    path("classes/<int:pk>/up/", classes.ClassUp.as_view(), name="class_up"),
    path("classes/<int:pk>/down/", classes.ClassDown.as_view(), name="class_down"),
    path("classes/<int:pk>/delete/", classes.ClassDelete.as_view(), name="class_delete"),
    path("cohorts/<int:cohort>/trainees/", trainees.TraineeList.as_view(), name="trainee_list"),
    path("cohorts/<int:cohort>/trainees/new/", trainee_acts.TraineeCreate.as_view(), name="trainee_create"),
    path("cohorts/<int:cohort>/trainees/move/", trainee_acts.TraineesMove.as_view(), name="trainees_move"),
    path("cohorts/<int:cohort>/trainees/group/", trainee_acts.TraineesGroup.as_view(), name="trainees_group"),
    path("cohorts/<int:cohort>/trainees/withdraw/", trainee_acts.TraineesWithdraw.as_view(), name="trainees_withdraw"),
    path("trainees/<int:pk>/", trainees.TraineeDetail.as_view(), name="trainee_detail"),
    path("trainees/<int:pk>/edit/", trainee_acts.TraineeUpdate.as_view(), name="trainee_update"),
    path("trainees/<int:pk>/move/", trainee_acts.TraineeMove.as_view(), name="trainee_move"),
    path("trainees/<int:pk>/move/undo/", trainee_acts.TraineeUndoMove.as_view(), name="trainee_undo_move"),
    path("trainees/<int:pk>/withdraw/", trainee_acts.TraineeWithdraw.as_view(), name="trainee_withdraw"),
    path("trainees/<int:pk>/withdraw/undo/", trainee_acts.TraineeUndoWithdraw.as_view(), name="trainee_undo_withdraw"),
    path("trainees/<int:pk>/rejoin/", trainee_acts.TraineeRejoin.as_view(), name="trainee_rejoin"),
]
urlpatterns += [  # import of a roster
    path("cohorts/<int:cohort>/roster/", roster.RosterImport.as_view(), name="roster_import"),
    path("cohorts/<int:cohort>/roster/template/", roster.RosterTemplate.as_view(), name="roster_template"),
    path("cohorts/<int:cohort>/roster/<int:pk>/", roster.RosterPlanDetail.as_view(), name="roster_plan"),
    path("cohorts/<int:cohort>/roster/<int:pk>/columns/", roster.RosterColumns.as_view(), name="roster_columns"),
    path("cohorts/<int:cohort>/roster/<int:pk>/back/", roster.RosterBack.as_view(), name="roster_back"),
    path("cohorts/<int:cohort>/roster/<int:pk>/choose/", roster.RosterChoose.as_view(), name="roster_choose"),
    path("cohorts/<int:cohort>/roster/<int:pk>/again/", roster.RosterAgain.as_view(), name="roster_again"),
    path("cohorts/<int:cohort>/roster/<int:pk>/apply/", roster.RosterApply.as_view(), name="roster_apply"),
    path("cohorts/<int:cohort>/roster/<int:pk>/discard/", roster.RosterDiscard.as_view(), name="roster_discard"),
    path("cohorts/<int:cohort>/roster/<int:pk>/problems/", roster.RosterProblems.as_view(), name="roster_problems"),
]
urlpatterns += [  # split into classes
    path("cohorts/<int:cohort>/split/", split.SplitCreate.as_view(), name="split_create"),
    path("cohorts/<int:cohort>/split/people/", split.SplitPeople.as_view(), name="split_people"),
    path("cohorts/<int:cohort>/split/<int:pk>/", split.SplitPlanDetail.as_view(), name="split_plan"),
    path("cohorts/<int:cohort>/split/<int:pk>/apply/", split.SplitApply.as_view(), name="split_apply"),
    path("cohorts/<int:cohort>/split/<int:pk>/again/", split.SplitAgain.as_view(), name="split_again"),
    path("cohorts/<int:cohort>/split/<int:pk>/discard/", split.SplitDiscard.as_view(), name="split_discard"),
]
