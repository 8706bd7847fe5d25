from django.urls import path

from assessments.views import grid, imports, raters, results, schemes

app_name = "assessments"
urlpatterns = [
    path("cohorts/<int:cohort>/schemes/", schemes.SchemeList.as_view(), name="scheme_list"),
    path("cohorts/<int:cohort>/schemes/new/", schemes.SchemeCreate.as_view(), name="scheme_create"),
    path("schemes/<int:pk>/", schemes.SchemeDetail.as_view(), name="scheme_detail"),
    path("schemes/<int:pk>/settings/", schemes.SchemeUpdate.as_view(), name="scheme_update"),
    path("schemes/<int:pk>/weights/", schemes.SchemeWeights.as_view(), name="scheme_weights"),
    path("schemes/<int:pk>/open/", schemes.SchemeOpen.as_view(), name="scheme_open"),
    path("schemes/<int:pk>/version/", schemes.SchemeNewVersion.as_view(), name="scheme_new_version"),
    path("schemes/<int:pk>/draft/", schemes.SchemeBackToDraft.as_view(), name="scheme_back_to_draft"),
    path("schemes/<int:pk>/discard/", schemes.SchemeDiscard.as_view(), name="scheme_discard"),
    path("schemes/<int:pk>/indicators/new/", schemes.IndicatorCreate.as_view(), name="indicator_create"),
    path("schemes/indicators/<int:pk>/", schemes.IndicatorUpdate.as_view(), name="indicator_update"),
    path("schemes/indicators/<int:pk>/up/", schemes.IndicatorUp.as_view(), name="indicator_up"),
    path("schemes/indicators/<int:pk>/down/", schemes.IndicatorDown.as_view(), name="indicator_down"),
    path("schemes/indicators/<int:pk>/remove/", schemes.IndicatorRemove.as_view(), name="indicator_remove"),
    path("cohorts/<int:cohort>/scores/", grid.ScoreGrid.as_view(), name="score_grid"),
    path("schemes/<int:pk>/hand-in/", grid.ScoreHandIn.as_view(), name="score_hand_in"),
    path("trainees/<int:pk>/scores/<int:indicator>/", grid.ComputedRows.as_view(), name="computed_rows"),
    path("schemes/raters/<int:pk>/scores/", grid.RaterScores.as_view(), name="rater_scores"),
    path("schemes/raters/<int:pk>/import/", imports.ScoreImport.as_view(), name="score_import"),
    path("schemes/raters/<int:pk>/template/", imports.ScoreTemplate.as_view(), name="score_template"),
    path("cohorts/<int:cohort>/results/", results.ResultList.as_view(), name="result_list"),
    path("trainees/<int:pk>/scores/", results.TraineeScore.as_view(), name="trainee_score"),
    path("cohorts/<int:cohort>/points/", results.ScoreList.as_view(), name="score_list"),
    path("results/<int:pk>/", results.ResultDetail.as_view(), name="result_detail"),
    path("scores/<int:pk>/", results.ScoreDetail.as_view(), name="score_detail"),
    path("schemes/<int:pk>/publish/", results.SchemePublish.as_view(), name="scheme_publish"),
    path("schemes/<int:pk>/unpublish/", results.SchemeUnpublish.as_view(), name="scheme_unpublish"),
    path("my/score/", results.MyScore.as_view(), name="my_score"),
    path("schemes/<int:pk>/raters/new/", raters.RaterCreate.as_view(), name="rater_create"),
    path("schemes/raters/<int:pk>/remove/", raters.RaterRemove.as_view(), name="rater_remove"),
    path("schemes/raters/<int:pk>/reopen/", raters.RaterReopen.as_view(), name="rater_reopen"),
]
