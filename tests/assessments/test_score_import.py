from decimal import Decimal
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils.translation import override

from accounts.models import AuditEntry, ExportRecord, Plan
from accounts.services import plan_payload
from assessments import services
from assessments.models import Score
from tests import make
from tests.assessments.world import Panel
from trainee_mgmt.kit.sheets import ListSheet, read_book, xlsx_lists

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _english():
    with override("en"):
        yield


def a_file(header, *rows, name="points.xlsx"):
    file = BytesIO()
    xlsx_lists(file, [ListSheet("Points", header, rows, text_columns=(0,))])
    return SimpleUploadedFile(name, file.getvalue())


def send(client, rater, file, capture):
    with capture(execute=True):
        client.post(reverse("assessments:score_import", kwargs={"pk": rater.pk}), {"file": file})
    return Plan.objects.latest("pk")


def apply(client, plan, capture):
    with capture(execute=True):
        client.post(reverse("accounts:plan_apply", kwargs={"pk": plan.pk}), {"digest": plan.digest})
    plan.refresh_from_db()
    return plan


def in_force():
    rows = Score.objects.filter(in_force=True).order_by("trainee", "indicator")
    return [(score.trainee_id, score.indicator_id, score.points) for score in rows]


def test_points_of_a_sheet_are_read_as_a_plan_and_saved_as_read(client, django_capture_on_commit_callbacks):
    capture = django_capture_on_commit_callbacks
    panel = Panel()
    first, second = panel.people
    panel.save("20")
    client.force_login(panel.rater)
    file = a_file(
        ["Number", "Name", "Essay", "Talk", "Remarks"],
        [first.number, first.person.name, 27, 80, "good"],
        [second.number, "", 30.5, 75.5, None],
        ["none", "", 1, 1, None],
    )

    plan = send(client, panel.raters[0], file, capture)
    page = client.get(plan.get_absolute_url()).content.decode()
    assert plan.summary == {"rows": 3, "new": 2, "changed": 1, "same": 0, "problems": 2}
    assert [
        text for text in ("Save 3 scores", "At most 30 points", "Columns left out: Remarks") if text not in page
    ] == []
    assert len(in_force()) == 1
    apply(client, plan, capture)

    assert in_force() == [
        (first.pk, panel.essay.pk, Decimal(27)),
        (first.pk, panel.talk.pk, Decimal(80)),
        (second.pk, panel.talk.pk, Decimal("75.5")),
    ]
    actions = list(AuditEntry.objects.order_by("pk").values_list("action", flat=True))
    assert actions == ["assessments.save_score", "accounts.make_plan", "accounts.apply_plan"]


def test_the_same_file_a_second_time_changes_nothing(client, django_capture_on_commit_callbacks):
    capture = django_capture_on_commit_callbacks
    panel = Panel(people=1)
    client.force_login(panel.rater)
    row = [panel.people[0].number, panel.people[0].person.name, 27, 80]

    for _time in range(2):
        plan = send(client, panel.raters[0], a_file(["Number", "Name", "Essay", "Talk"], row), capture)
        if plan.summary["new"]:
            apply(client, plan, capture)

    assert plan.summary == {"rows": 1, "new": 0, "changed": 0, "same": 2, "problems": 0}
    assert Score.objects.count() == 2


def test_a_plan_is_out_of_date_once_a_cell_was_typed_elsewhere(client, django_capture_on_commit_callbacks):
    capture = django_capture_on_commit_callbacks
    panel = Panel(people=1)
    client.force_login(panel.rater)
    plan = send(client, panel.raters[0], a_file(["Number", "Essay"], [panel.people[0].number, 27]), capture)
    panel.save("15")

    plan = apply(client, plan, capture)

    assert plan.state == "stale"
    assert in_force() == [(panel.people[0].pk, panel.essay.pk, Decimal(15))]


def test_two_rows_that_disagree_about_a_cell_are_named(client, django_capture_on_commit_callbacks):
    panel = Panel(people=1)
    client.force_login(panel.rater)
    number = panel.people[0].number
    file = a_file(["Number", "Essay"], [number, 27], [number, 20])

    plan = send(client, panel.raters[0], file, django_capture_on_commit_callbacks)

    payload = plan_payload(plan)
    assert [cell["points"] for cell in payload["cells"]] == ["27.0"]
    assert [(p["row"], p["why"]) for p in payload["problems"]] == [
        (3, "The file has other points for this cell further up.")
    ]


def test_people_of_another_class_and_of_another_cohort_are_not_rated_by_a_file(
    client, django_capture_on_commit_callbacks
):
    panel = Panel(raters=0)
    mine = make.training_class(panel.cohort)
    own, stranger = make.trainee(in_class=mine), make.trainee()
    rater = make.rater(panel.scheme, training_class=mine)
    client.force_login(rater.user)
    rows = [[each.number, each.person.name, 9] for each in (own, panel.people[0], stranger)]

    plan = send(client, rater, a_file(["Number", "Name", "Essay"], *rows), django_capture_on_commit_callbacks)

    payload = plan_payload(plan)
    assert [cell["trainee"] for cell in payload["cells"]] == [own.pk]
    assert len(payload["problems"]) == 2


def test_the_template_holds_numbers_names_and_points_and_comes_back_unchanged(
    client, django_capture_on_commit_callbacks
):
    panel = Panel()
    panel.save("27")
    client.force_login(panel.rater)

    sheet = client.get(reverse("assessments:score_template", kwargs={"pk": panel.raters[0].pk})).content
    (read,) = read_book(sheet, "x.xlsx").sheets
    plan = send(client, panel.raters[0], SimpleUploadedFile("back.xlsx", sheet), django_capture_on_commit_callbacks)

    assert read.rows[0] == ["Number", "Name", "Essay（0 to 30）", "Talk（0 to 100）"]
    assert [row[1] for row in read.rows[1:]] == [each.person.name for each in panel.people]
    assert plan.summary == {"rows": 2, "new": 0, "changed": 0, "same": 1, "problems": 0}
    assert ExportRecord.objects.get().count == 2


def test_after_handing_in_no_file_is_saved(client, django_capture_on_commit_callbacks):
    capture = django_capture_on_commit_callbacks
    panel = Panel(people=1)
    client.force_login(panel.rater)
    plan = send(client, panel.raters[0], a_file(["Number", "Essay"], [panel.people[0].number, 27]), capture)
    services.hand_in(panel.scheme, panel.rater)

    apply(client, plan, capture)

    assert Score.objects.count() == 0


def test_a_file_that_is_no_spreadsheet_of_points_says_what_it_needs(client, django_capture_on_commit_callbacks):
    panel = Panel(people=1)
    client.force_login(panel.rater)
    file = SimpleUploadedFile("points.csv", "姓名,电话\n张三,1\n".encode())

    plan = send(client, panel.raters[0], file, django_capture_on_commit_callbacks)

    page = client.get(plan.get_absolute_url()).content.decode()
    assert "No sheet has a row of headers with a number or name and one of: Essay, Talk." in page


def test_another_evaluators_list_takes_no_file(client):
    panel = Panel(raters=2)
    client.force_login(panel.rater)
    other = panel.raters[1].pk

    for name in ("score_import", "score_template", "rater_scores"):
        assert client.get(reverse(f"assessments:{name}", kwargs={"pk": other})).status_code == 404


def test_the_office_imports_for_an_evaluator_and_its_name_stays_with_the_points(
    client, django_capture_on_commit_callbacks
):
    capture = django_capture_on_commit_callbacks
    panel = Panel(people=1)
    organizer = panel.organizer()
    client.force_login(organizer)

    plan = send(client, panel.raters[0], a_file(["Number", "Essay"], [panel.people[0].number, 27]), capture)
    apply(client, plan, capture)

    score = Score.objects.get()
    assert (score.rater, score.entered_by) == (panel.rater, organizer)
