"""Own settings, own data and complaints."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Complaint, Job, Role, User
from tests import make
from tests.accounts.desk import as_, text, url

pytestmark = pytest.mark.django_db


def test_a_complaint_from_any_page_is_answered_once(client, office):
    trainee = make.user(Role.TRAINEE, make.cohort(), unit=office[3])
    as_(trainee).post(url("complaint_create", page="/journals/"), {"text": "Asked twice"})
    complaint = Complaint.objects.get()

    first = client.post(url("complaint_answer", complaint.pk), {"answer": "We removed it."})
    second = client.post(url("complaint_answer", complaint.pk), {"answer": "Again"})

    assert (complaint.page, first.status_code, second.status_code) == ("/journals/", 302, 422)
    assert "We removed it." in text(as_(trainee).get(url("complaint_mine")))
    assert "Asked twice" not in text(as_(make.user(Role.TRAINEE, make.cohort())).get(url("complaint_mine")))


def test_own_data_are_taken_as_one_file_and_written_down(client, office):
    admin = office[0]

    response = client.post(url("own_data"))

    assert response.json()["account"]["user_name"] == admin.username
    assert response.json()["roles"][0]["role"] == "admin"
    assert admin.exports.get().what == "own data"


def test_a_trainee_takes_everything_of_his_own_and_nothing_of_others(client):
    mine = make.trainee(of=make.person(name="Zhang", id_number="440306199001011234", phone="13800138000"))
    make.journal(mine, body="What I saw")
    make.journal(make.trainee(mine.cohort), body="What somebody else saw")
    client.force_login(make.trainee_account(mine))

    data = client.post(url("own_data")).json()

    assert data["person"][0]["id_number"] == "440306199001011234"
    assert [place["number"] for place in data["places"]] == [mine.number]
    assert [journal["body"] for journal in data["journals"]] == ["What I saw"]
    assert data["results"] == []


def test_colours_text_size_and_language_are_kept(client, office):
    client.post(url("appearance"), {"theme": "dark", "next": "/me/"})
    client.post(url("appearance"), {"text_size": "large"})
    client.post(url("language"), {"language": "zh-hans", "next": "https://evil.example"})

    admin = User.objects.get(pk=office[0].pk)
    assert (admin.theme, admin.text_size, admin.language) == ("dark", "large", "zh-hans")
    assert client.post(url("appearance"), {"theme": "pink"}).status_code == 400


def test_who_has_not_signed_in_chooses_the_language_by_a_cookie():
    client = Client()

    response = client.post(url("language"), {"language": "en", "next": "/account/login/"})

    assert response.url == "/account/login/"
    assert "Phone number or user name" in text(client.get("/account/login/"))


def test_a_complaint_does_not_keep_what_was_searched_for():
    trainee = make.user()

    as_(trainee).post(url("complaint_create", page="/people/?q=13800138000"), {"text": "Asked twice"})

    assert Complaint.objects.get().page == "/people/"


@pytest.mark.parametrize("key", ["-1e999999999", "1e30", "9" * 5000, "NaN", "²", str(2**63), "-1"])
def test_a_key_that_no_row_has_is_left_out(client, office, key):
    pages = [url("audit_list"), url("user_list"), reverse("cohorts:cohort_list")]

    answers = [client.get(page, {"key": key, "unit": key, "program": key, "kind": "x"}).status_code for page in pages]

    assert answers == [200, 200, 200]


def test_a_file_of_a_job_that_is_gone_is_not_there():
    user = make.user()
    job = Job.objects.create(task="x", title="x", made_by=user, state="done", result_file="results/gone.xlsx")

    assert as_(user).get(url("job_file", job.pk)).status_code == 404
