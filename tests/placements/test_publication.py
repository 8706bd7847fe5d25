"""Nothing of a plan is seen before the one moment of publication, by whatever way somebody looks; after it the plan is frozen."""

import json
import re
from datetime import timedelta
from threading import Event
from time import sleep

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry, Notice, Role
from accounts.services.own import own_data
from cohorts.models import ClassMembership
from cohorts.services.cohorts import close_cohort
from cohorts.services.trainees import withdraw
from placements.models import MatchPlan, Offer, Placement
from placements.services import match_plans
from placements.services.offers import withdraw_offer
from placements.services.prices import ask_price
from placements.services.publication import publish
from tests import make
from tests.races import PATIENCE, race, refusals
from trainee_mgmt.kit.errors import Refused

pytestmark = pytest.mark.django_db
SECRET = "Quiet Foundry"


class Scene:
    """A cohort with a solved plan whose one host nobody but the plan connects with its trainee."""

    def __init__(self):
        self.cohort = make.cohort()
        self.training_class = make.training_class(self.cohort)
        self.trainee = make.trainee(in_class=self.training_class)
        self.user = make.trainee_account(self.trainee)
        self.officer = make.user(Role.OFFICER, self.training_class)
        head = make.person(user=self.officer)
        make.officer(self.training_class, head, office="head_teacher", starts_on=self.cohort.starts_on)
        self.leader = make.user(Role.LEADER, self.cohort.program.unit)
        self.evaluator = make.user(Role.EVALUATOR, self.cohort)
        self.organizer = make.user(Role.ORGANIZER, self.cohort.program)
        self.host = make.host(self.cohort.program.unit, name=SECRET, address="1 Hidden Lane")
        self.mentor = make.contact(self.host, name="Ms Quill", phone="13900001111")
        self.offer = make.offer(self.cohort, at_host=self.host, name="Helper")
        self.offer.post.mentor = self.mentor
        self.offer.post.save()
        make.matching_rules(self.cohort)
        self.plan = match_plans.make_plan(self.cohort, starts_on=self.cohort.starts_on, by=self.organizer)

    @property
    def others(self):
        return (self.user, self.officer, self.leader, self.evaluator)


def pages(scene):
    pair = scene.plan.pairs.get()
    of_cohort = {"cohort": scene.cohort.pk}
    named = {
        "match_plan_list": of_cohort, "match_plan_create": of_cohort, "matching_rules": of_cohort, "placement_list": of_cohort,
        "wish_list": of_cohort, "wish_demand": of_cohort, "my_placement": {}, "my_wishes": {},
        "match_plan_detail": {"pk": scene.plan.pk}, "match_plan_changes": {"pk": scene.plan.pk},
        "match_plan_wishes": {"pk": scene.plan.pk}, "match_plan_hosts": {"pk": scene.plan.pk},
        "match_plan_publish": {"pk": scene.plan.pk}, "match_pair_detail": {"pk": pair.pk}, "match_pair_move": {"pk": pair.pk},
    }  # fmt: skip
    found = [reverse(f"placements:{name}", kwargs=kwargs) for name, kwargs in named.items()]
    found += [
        reverse("reports:home"),
        reverse("cohorts:trainee_detail", kwargs={"pk": scene.trainee.pk}),
        reverse("cohorts:trainee_list", kwargs=of_cohort),
        reverse("reports:cohort_dashboard", kwargs=of_cohort),
        reverse("cohorts:search") + f"?q={SECRET.split(maxsplit=1)[0]}",
        reverse("cohorts:search") + f"?q={scene.trainee.person.name}",
        reverse("accounts:me"),
        reverse("cohorts:my_profile"),
    ]
    return found


def said(response) -> str:
    content = b"".join(response.streaming_content) if response.streaming else response.content
    return content.decode("utf-8", "replace")


def seen(client, scene, user) -> list[str]:
    """Addresses at which this person reads that the trainee is at the host; a link to search for it says nothing."""
    client.force_login(user)
    found = []
    for url in pages(scene):
        text = said(client.get(url)).replace(f'value="{SECRET.split(maxsplit=1)[0]}"', "")
        if SECRET in text:
            found.append(url)
    for name, kwargs in (("placement_list", {"cohort": scene.cohort.pk}), ("match_plan_detail", {"pk": scene.plan.pk})):
        url = reverse(f"placements:{name}", kwargs=kwargs)
        if SECRET in said(client.post(url, {"export": "csv", "purpose": "to look"})):
            found.append(f"{url} as csv")
    if SECRET in json.dumps(own_data(user), default=str):
        found.append("own data")
    if any(SECRET in json.dumps(notice.params) for notice in Notice.objects.filter(user=user)):
        found.append("notices")
    return found


def test_nobody_but_organizers_sees_a_plan_before_its_publication(client):
    scene = Scene()

    assert {user.pk: seen(client, scene, user) for user in scene.others} == {user.pk: [] for user in scene.others}
    assert not Placement.objects.exists()
    assert not Notice.objects.exists()
    assert reverse("placements:match_plan_detail", kwargs={"pk": scene.plan.pk}) in "".join(
        seen(client, scene, scene.organizer)
    )


def test_publication_makes_the_placements_tells_people_and_freezes_the_plan(client):
    scene = Scene()

    publish(scene.plan, revision=scene.plan.revision, by=scene.organizer)

    placement = Placement.objects.get()
    assert (placement.trainee, placement.seat.offer, placement.mentor) == (scene.trainee, scene.offer, scene.mentor)
    told = {(notice.user_id, notice.kind) for notice in Notice.objects.all()}
    assert told == {(scene.user.pk, "placements.placed"), (scene.officer.pk, "placements.class_placed")}
    assert AuditEntry.objects.filter(action="placements.publish_plan").count() == 1
    mine, of_class = (
        reverse("placements:my_placement"),
        reverse("placements:placement_list", kwargs={"cohort": scene.cohort.pk}),
    )
    assert mine in seen(client, scene, scene.user)
    assert of_class in seen(client, scene, scene.officer)
    assert "own data" in seen(client, scene, scene.user)
    client.force_login(scene.user)
    assert "13900001111" in said(client.get(mine))
    for write in (
        lambda: publish(scene.plan, revision=0, by=scene.organizer),
        lambda: match_plans.move(
            scene.plan, scene.trainee.pk, scene.offer.pk, reason="x", revision=0, by=scene.organizer
        ),
        lambda: match_plans.lock(scene.plan.pairs.get(), is_locked=True),
        lambda: match_plans.throw_away(scene.plan),
    ):
        with pytest.raises(Refused):
            write()


def test_an_officer_sees_the_places_of_the_own_class_only(client):
    scene = Scene()
    other = make.trainee(in_class=make.training_class(scene.cohort))
    make.placement(other, at_offer=make.offer(scene.cohort))
    publish(scene.plan, revision=0, by=scene.organizer)
    client.force_login(scene.officer)

    text = said(client.get(reverse("placements:placement_list", kwargs={"cohort": scene.cohort.pk})))

    assert scene.trainee.person.name in text
    assert other.person.name not in text


@pytest.mark.parametrize("spoil", ["refusal", "left", "closed", "elsewhere", "seat"])
def test_a_plan_that_no_longer_holds_is_not_published(spoil):
    scene = Scene()
    if spoil == "refusal":
        make.wish(scene.trainee, scene.offer, None)
    elif spoil == "left":
        scene.trainee.status, scene.trainee.ended_on = "withdrawn", scene.cohort.starts_on
        scene.trainee.save()
    elif spoil == "closed":
        scene.host.state = "closed"
        scene.host.save()
    elif spoil == "elsewhere":
        make.placement(make.trainee(in_cohort=make.cohort(), of=scene.trainee.person))
    else:
        scene.offer.seats.all().delete()

    with pytest.raises(Refused):
        publish(scene.plan, revision=0, by=scene.organizer)

    assert MatchPlan.objects.get(pk=scene.plan.pk).state == "solved"
    assert not Placement.objects.filter(trainee=scene.trainee).exists()
    assert not Notice.objects.exists()


def test_a_plan_that_somebody_changed_since_it_was_read_is_not_published():
    scene = Scene()
    match_plans.lock(scene.plan.pairs.get(), is_locked=True)

    with pytest.raises(Refused):
        publish(scene.plan, revision=0, by=scene.organizer)


def test_a_plan_for_posts_of_a_plan_published_since_says_so_and_is_not_published(client):
    scene = Scene()
    later = match_plans.make_plan(scene.cohort, starts_on=scene.cohort.starts_on, by=scene.organizer)
    publish(later, revision=later.revision, by=scene.organizer)
    client.force_login(scene.organizer)

    page = client.get(scene.plan.get_absolute_url()).content.decode()

    words = f"Plan {later.number} was published since. Who has no place yet is matched by a new plan."
    assert words in page
    assert reverse("placements:match_plan_publish", kwargs={"pk": scene.plan.pk}) not in page
    with pytest.raises(Refused, match=re.escape(words)):
        publish(scene.plan, revision=scene.plan.revision, by=scene.organizer)


def test_a_stay_to_come_is_listed_as_not_begun_with_the_class_that_it_begins_in(client):
    scene = Scene()
    day = timezone.localdate() + timedelta(days=3)
    ClassMembership.objects.filter(trainee=scene.trainee).update(starts_on=day)
    Offer.objects.update(starts_on=day)
    plan = match_plans.make_plan(scene.cohort, starts_on=day, by=scene.organizer)
    publish(plan, revision=plan.revision, by=scene.organizer)
    client.force_login(scene.organizer)

    page = client.get(
        reverse("placements:placement_list", kwargs={"cohort": scene.cohort.pk}), {"in_class": scene.training_class.pk}
    )

    rows = page.content.decode().split("<tbody")[1].split("</tbody>")[0]
    assert rows.count("<tr") == 1
    assert "not begun yet" in rows
    assert scene.training_class.name in rows


@pytest.mark.django_db(transaction=True)
def test_two_who_publish_at_once_publish_once():
    scene = Scene()

    results = race(*[lambda: publish(scene.plan, revision=0, by=scene.organizer) for _each in range(2)])

    assert sum(isinstance(result, Refused) for result in results) == 1
    assert Placement.objects.count() == 1
    assert AuditEntry.objects.filter(action="placements.publish_plan").count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_trainee_who_is_withdrawn_at_that_moment_gets_no_place():
    """Red as soon as the publication does not wait for the cohort: it then goes by what it read before."""
    scene = Scene()
    first, left = scene.trainee, Event()

    def withdraws():
        with transaction.atomic():
            withdraw([first], on=scene.cohort.starts_on + timedelta(days=1), reason="ill")
            left.set()
            sleep(0.5)

    def publishes():
        left.wait(timeout=PATIENCE)
        return publish(scene.plan, revision=0, by=scene.organizer)

    results = race(withdraws, publishes)

    assert refusals(results) == 1
    assert not Placement.objects.exists()


def test_in_a_closed_cohort_nobody_is_matched_or_placed():
    scene = Scene()
    close_cohort(scene.cohort)

    for act in (
        lambda: publish(scene.plan, revision=0, by=scene.organizer),
        lambda: match_plans.make_plan(scene.cohort, starts_on=scene.plan.starts_on, by=scene.organizer),
    ):
        with pytest.raises(Refused, match="is closed"):
            act()

    assert not Placement.objects.exists()


# What is taken away under a plan --------------------------------------------------------------------------------------


def test_a_post_that_is_withdrawn_after_the_plan_is_named_so_and_nobody_is_moved_there(client):
    scene = Scene()
    pair = scene.plan.pairs.get()
    gone = make.offer(scene.cohort, at_host=make.host(scene.cohort.program.unit))
    plan = match_plans.make_plan(scene.cohort, starts_on=scene.cohort.starts_on, by=scene.organizer, after=scene.plan)
    pair = plan.pairs.get()
    unused = gone if pair.offer_id == scene.offer.pk else scene.offer
    withdraw_offer(unused)
    client.force_login(scene.organizer)
    move = reverse("placements:match_pair_move", kwargs={"pk": pair.pk})

    shown = [client.get(reverse("placements:match_pair_detail", kwargs={"pk": pair.pk})), client.get(move)]

    assert [page.status_code for page in shown] == [200, 200]
    assert not any(str(unused.post) in said(page) for page in shown)
    with pytest.raises(Refused):
        match_plans.move(plan, pair.trainee_id, unused.pk, reason="x", revision=plan.revision, by=scene.organizer)
    with pytest.raises(Refused):
        ask_price(pair, unused.pk, revision=plan.revision)


def test_a_clash_is_told_after_one_of_its_posts_was_withdrawn(client):
    scene = Scene()
    make.offer(scene.cohort, at_host=make.host(scene.cohort.program.unit), is_required=True)
    Offer.objects.update(is_required=True)
    plan = match_plans.make_plan(scene.cohort, starts_on=scene.cohort.starts_on, by=scene.organizer)
    withdraw_offer(Offer.objects.filter(match_pairs=None).last())
    client.force_login(scene.organizer)

    page = client.get(plan.get_absolute_url())

    assert plan.state == MatchPlan.State.INFEASIBLE
    assert "a post that was withdrawn" in said(page)
