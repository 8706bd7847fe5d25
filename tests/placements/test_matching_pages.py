"""Pages of rules and plans, through the client, as an organizer."""

from decimal import Decimal

import pytest
from django.urls import reverse
from pytest_django.asserts import assertInHTML

from accounts.models import Role
from placements.models import KeptApart, MatchingRules, MatchPlan, Placement
from placements.services import match_plans as services
from tests import make

pytestmark = pytest.mark.django_db


class Office:
    def __init__(self, client, people=2):
        self.client, self.cohort = client, make.cohort()
        self.organizer = make.user(Role.ORGANIZER, self.cohort.program)
        client.force_login(self.organizer)
        self.trainees = [make.trainee(in_cohort=self.cohort, work_unit="Bureau") for _n in range(people)]
        self.offers = [make.offer(self.cohort) for _n in range(people)]

    def url(self, name, obj=None):
        kwargs = {"pk": obj.pk} if obj else {"cohort": self.cohort.pk}
        return reverse(f"placements:{name}", kwargs=kwargs)

    def get(self, name, obj=None, query=""):
        answer = self.client.get(self.url(name, obj) + query)
        assert answer.status_code == 200
        return answer

    def plan(self, **fields):
        if not self.cohort.matching_rules.exists():
            make.matching_rules(self.cohort)
        return services.make_plan(self.cohort, starts_on=self.cohort.starts_on, by=self.organizer, **fields)


RULES = {
    "post_fit": "10", "industry": "20.5", "work": "0", "trainee_wish": "30", "host_wish": "5", "lodging": "0", "distance": "0",
    "least_at_host": "1", "most_of_unit": "2", "needs_lodging": "on", "related_words": "法学 ~ 文化旅游", "note": "second thoughts",
}  # fmt: skip


def test_rules_are_saved_as_versions_and_shown_in_words(client):
    office = Office(client)
    office.get("matching_rules")
    office.get("matching_rules_update")

    for _each in range(2):
        assert client.post(office.url("matching_rules_update"), RULES).status_code == 302
    client.post(office.url("matching_rules_update"), RULES | {"industry": "21"})

    versions = MatchingRules.objects.order_by("version").values_list("version", "industry", "related")
    assert list(versions) == [
        (1, Decimal("20.50"), [["文化旅游", "法学"]]),
        (2, Decimal("21.00"), [["文化旅游", "法学"]]),
    ]
    assert "second thoughts" in office.get("matching_rules").content.decode()
    for wrong in ({"related_words": "alone"}, {"industry": "-1"}, {"industry": "1e9"}):
        assert client.post(office.url("matching_rules_update"), RULES | wrong).status_code == 422
    nothing = RULES | dict.fromkeys(("post_fit", "industry", "trainee_wish", "host_wish"), "0")
    assert client.post(office.url("matching_rules_update"), nothing).status_code == 422


def test_two_people_are_kept_apart_and_let_together(client):
    office = Office(client)
    one, other = office.trainees
    url = office.url("apart_create")

    assert client.post(url, {"one": one.number, "other": one.number, "reason": "x"}).status_code == 422
    assert client.post(url, {"one": one.number, "other": other.person.name, "reason": "family"}).status_code == 302
    assert client.post(url, {"one": other.number, "other": one.number, "reason": "again"}).status_code == 422
    assert "family" in office.get("matching_rules").content.decode()
    client.post(office.url("apart_remove", KeptApart.objects.get()))

    assert not KeptApart.objects.exists()


def test_a_plan_goes_from_new_to_published_by_its_pages(client):
    office = Office(client)
    one, other = office.trainees
    make.wish(one, office.offers[0])
    make.wish(other, office.offers[0])
    assert b"rules first" in office.get("match_plan_create").content
    make.matching_rules(office.cohort)
    office.get("match_plan_create")

    client.post(office.url("match_plan_create"), {"starts_on": office.cohort.starts_on.isoformat()})
    plan = MatchPlan.objects.get()
    for name in (
        "match_plan_detail",
        "match_plan_hosts",
        "match_plan_wishes",
        "match_plan_changes",
        "match_plan_publish",
    ):
        office.get(name, plan)
    pair = plan.pairs.get(rank=1)
    target = office.offers[1]
    office.get("match_pair_detail", pair)
    price = office.get("match_pair_move", pair, f"?offer={target.pk}").content.decode()
    assert "costs nothing" in price
    url = office.url("match_pair_move", pair)
    assert client.post(url, {"offer": target.pk, "revision": 0, "reason": ""}).status_code == 422
    assert client.post(url, {"offer": target.pk, "revision": 0, "reason": "asked for"}).status_code == 302
    client.post(office.url("match_plan_again", plan))
    again = MatchPlan.objects.get(number=2)
    assert "Nobody moved" in office.get("match_plan_changes", again).content.decode()
    assert "asked for" in office.get("match_pair_detail", again.pairs.get(trainee=pair.trainee)).content.decode()
    client.post(office.url("match_plan_publish", again), {"revision": again.revision})

    assert Placement.objects.count() == 2
    assert "Published on" in office.get("match_plan_detail", again).content.decode()
    office.get("placement_list")
    client.post(office.url("match_plan_discard", again))
    assert MatchPlan.objects.filter(pk=again.pk).exists()


def test_a_pair_is_explained_beside_the_list_by_the_same_points_as_on_its_page(client):
    office = Office(client)
    pair = office.plan().pairs.first()

    page = office.get("match_pair_detail", pair).content.decode()
    beside = client.get(office.url("match_pair_detail", pair), headers={"HX-Request": "true"}).content.decode()

    points = f'<span class="fig-value">{pair.total}</span>'
    assertInHTML(points, page)
    assertInHTML(points, beside)
    assert ("</html>" in page, "</html>" in beside) == (True, False)


def test_a_lock_is_set_and_taken_off_by_its_button(client):
    office = Office(client)
    pair = office.plan().pairs.first()

    client.post(office.url("match_pair_lock", pair), {"do": "lock"})
    pair.refresh_from_db()
    assert pair.is_locked
    client.post(office.url("match_pair_lock", pair), {"do": "unlock"})
    pair.refresh_from_db()
    assert not pair.is_locked


def test_clashing_rules_stand_on_the_page_with_links_to_where_they_are_changed(client):
    office = Office(client)
    make.matching_rules(office.cohort, least_at_host=2)

    page = office.get("match_plan_detail", office.plan()).content.decode()

    assert "cannot hold together" in page
    assert office.url("matching_rules") in page
    assert office.url("offer_list") in page


def test_the_spreadsheet_of_a_plan_re_adds_to_its_total(client):
    office = Office(client, people=3)
    for trainee, offer in zip(office.trainees, office.offers, strict=True):
        make.wish(trainee, offer)
    plan = office.plan()

    table = office.get("match_plan_detail", plan).context["table"]
    names = [column.key for column in table.sheet_columns]
    rows = [dict(zip(names, row, strict=True)) for row in table.sheet_rows()]

    criteria = [name for name in names if name in {*plan.pairs.first().points}]
    assert [sum(row[name] for name in criteria) for row in rows] == [row["total"] for row in rows]
    assert sum(row["total"] for row in rows) == plan.total


def test_who_gave_no_wishes_is_not_warned_of(client):
    office = Office(client)
    nobody = office.get("match_plan_detail", office.plan()).content.decode()
    make.wish(office.trainees[0], office.offers[0])
    make.wish(office.trainees[1], office.offers[0], 2)
    somebody = office.get("match_plan_detail", office.plan()).content.decode()

    said = [[words in page for words in ("gave no wishes", "nobody has wished")] for page in (nobody, somebody)]
    assert said == [[True, True], [False, False]]
    assert ("not wished" in nobody, "not wished" in somebody) == (False, True)


@pytest.mark.parametrize("people", [1, 3])
@pytest.mark.parametrize("page", ["match_plan_detail", "match_plan_hosts", "match_plan_list", "placement_list"])
def test_pages_need_the_same_queries_for_any_number_of_people(client, django_assert_max_num_queries, page, people):
    office = Office(client, people=people)
    plan = office.plan()
    obj = plan if page in ("match_plan_detail", "match_plan_hosts") else None
    office.get(page, obj)

    with django_assert_max_num_queries(16):
        office.get(page, obj)
