from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import product
from random import Random

import pytest

from learning.rules.conflicts import (
    Away,
    Hours,
    Kind,
    Leaves,
    Search,
    Side,
    Site,
    Ways,
    against,
    among,
    between,
    free_slots,
    overlap,
    teacher_keys,
)
from trainee_mgmt.kit.names import name_key

NOON = datetime(2026, 9, 8, 12, tzinfo=UTC)  # a Tuesday


def hour(n: float) -> datetime:
    return NOON.replace(hour=0) + timedelta(hours=n)


def side(key: int, start: float = 9, end: float = 11, **fields) -> Side:
    fields = {"title": f"S{key}", "day": hour(start).date()} | fields
    return Side(key=key, starts_at=hour(start), ends_at=hour(end), **fields)


HALL, SCHOOL = Site(1, "hall"), Site(1, "school")
WAYS = Ways({frozenset((HALL, SCHOOL)): 40}, default=20)

# Allen's thirteen relations between [1, 3) and another interval: those that share a moment, and those that do not.
ALLEN = {
    "before": ((4, 6), False),
    "after": ((-2, 0), False),
    "meets": ((3, 5), False),
    "met by": ((-1, 1), False),
    "overlaps": ((2, 4), True),
    "overlapped by": ((0, 2), True),
    "starts": ((1, 5), True),
    "started by": ((1, 2), True),
    "during": ((0, 5), True),
    "contains": ((1.5, 2.5), True),
    "finishes": ((0, 3), True),
    "finished by": ((2, 3), True),
    "equals": ((1, 3), True),
}


def relation(a, b, c, d) -> str:
    """The name of the relation of [a, b) to [c, d); every pair has exactly one."""
    names = [
        name
        for name, holds in {
            "before": b < c,
            "after": d < a,
            "meets": b == c,
            "met by": d == a,
            "overlaps": a < c < b < d,
            "overlapped by": c < a < d < b,
            "starts": a == c and b < d,
            "started by": a == c and d < b,
            "during": c < a and b < d,
            "contains": a < c and d < b,
            "finishes": c < a and b == d,
            "finished by": a < c and b == d,
            "equals": a == c and b == d,
        }.items()
        if holds
    ]
    (name,) = names
    return name


@pytest.mark.parametrize("name", ALLEN)
def test_each_of_the_thirteen_relations_is_a_conflict_or_none(name):
    (start, end), shares = ALLEN[name]
    one, other = side(1, 1, 3, venue=7), side(2, start, end, venue=7)

    assert relation(1, 3, start, end) == name
    assert [each.kind for each in between(one, other)] == ([Kind.VENUE] if shares else [])
    assert [each.kind for each in between(other, one)] == ([Kind.VENUE] if shares else [])


def test_every_pair_of_intervals_has_one_relation_and_overlaps_as_it_says():
    seen = set()
    for a, b, c, d in product(range(6), repeat=4):
        if a < b and c < d:
            name = relation(a, b, c, d)
            seen.add(name)
            assert overlap(hour(a), hour(b), hour(c), hour(d)) is ALLEN[name][1]
            assert overlap(hour(a), hour(b), hour(c), hour(d)) is bool(set(range(a, b)) & set(range(c, d)))
    assert seen == set(ALLEN)


def test_the_sweep_finds_what_comparing_every_pair_finds():
    random = Random(20)
    for _n in range(60):
        sides = [
            side(
                key,
                start := random.randrange(0, 40) / 2,
                start + random.randrange(1, 8) / 2,
                venue=random.choice([None, 1, 2]),
                teacher=random.choice(["", "张三", "李 四", "张三、李四"]),
                classes=frozenset(random.sample(range(4), random.randrange(0, 3))),
                people=frozenset(random.sample(range(9), random.randrange(0, 4))),
                seats=random.choice([None, 1, 3]),
                closed_on=random.choice([None, None, date(2026, 9, 8)]),
                site=random.choice([None, HALL, SCHOOL, Site(1, "park")]),
            )
            for key in range(1, 12)
        ]
        mine, others = sides[:7], sides[7:]

        found = among(mine, others, WAYS)

        pairs = [(one, other) for at, one in enumerate(mine) for other in [*mine[at + 1 :], *others]]
        expected = [each.fingerprint for one, other in pairs for each in between(one, other, WAYS)]
        expected += [each.fingerprint for one in mine for each in against(one, [])]
        assert sorted(each.fingerprint for each in found) == sorted(expected)


@pytest.mark.parametrize(("gap", "kinds"), [(0, [Kind.TRAVEL]), (39, [Kind.TRAVEL]), (40, []), (41, [])])
@pytest.mark.parametrize(
    "shared",
    [{"teacher": "张三"}, {"classes": frozenset({1})}, {"people": frozenset({7, 8})}],
    ids=["teacher", "class", "people"],
)
def test_less_time_than_the_way_takes_is_a_conflict_in_either_order(gap, kinds, shared):
    one = side(1, 9, 11, site=HALL, **shared)
    other = side(2, 11 + gap / 60, 13, site=SCHOOL, **shared)

    assert [each.kind for each in between(one, other, WAYS)] == kinds
    assert [each.kind for each in between(other, one, WAYS)] == kinds
    assert [each.kind for each in among([other], [one], WAYS)] == kinds


@pytest.mark.parametrize("name", ALLEN)
def test_in_each_of_the_thirteen_relations_the_way_counts_only_between_sessions_that_do_not_meet(name):
    (start, end), shares = ALLEN[name]
    one, other = side(1, 1, 3, site=HALL, teacher="张三"), side(2, start, end, site=SCHOOL, teacher="张三")
    is_near = not shares and max(start - 3, 1 - end) < 40 / 60

    expected = [Kind.TEACHER] if shares else [Kind.TRAVEL] if is_near else []
    assert [each.kind for each in between(one, other, WAYS)] == expected


@pytest.mark.parametrize(
    ("here", "there", "minutes"),
    [
        (HALL, SCHOOL, 40),
        (SCHOOL, HALL, 40),
        (HALL, Site(1, "park"), 20),  # nobody wrote it down
        (HALL, HALL, 0),
        (HALL, Site(2, "hall"), 0),  # the same words are the same place
        (HALL, Site(1, "", 9), 0),  # nobody knows where that venue is
        (HALL, None, 0),  # online, or without a venue
    ],
)
def test_a_way_is_looked_up_between_places_and_else_by_the_rule(here, there, minutes):
    assert WAYS.between(here, there) == timedelta(minutes=minutes)


def test_a_way_past_midnight_at_the_end_of_a_leap_day_and_of_a_year_is_counted_in_minutes():
    for last_day in (date(2028, 2, 29), date(2027, 12, 31)):
        midnight = datetime.combine(last_day + timedelta(days=1), time(0), UTC)
        late = Side(
            1,
            "Late",
            midnight - timedelta(hours=2),
            midnight - timedelta(minutes=10),
            last_day,
            site=HALL,
            teacher="张三",
        )
        early = Side(
            2,
            "Early",
            midnight + timedelta(minutes=29),
            midnight + timedelta(hours=2),
            midnight.date(),
            site=SCHOOL,
            teacher="张三",
        )

        assert [each.kind for each in among([late, early], ways=WAYS)] == [Kind.TRAVEL]
        assert among([late, replace(early, starts_at=midnight + timedelta(minutes=30))], ways=WAYS) == []


def test_a_teacher_who_may_be_in_two_places_needs_no_time_between():
    here = side(1, 9, 11, site=HALL, teacher="张三", may_overlap=True)

    assert list(between(here, side(2, 11, 13, site=SCHOOL, teacher="张三"), WAYS)) == []


def away(person: int, start: float, end: float, *, name: str = "", cohort: int = 3) -> Away:
    return Away(cohort, person, name, hour(start), hour(end))


def test_leave_is_a_conflict_from_the_share_of_the_rule_on_and_only_where_it_meets_the_session():
    session = side(1, 9, 11, cohort=3, people=frozenset(range(10)))
    three = [
        away(1, 8, 10),
        away(1, 10, 12),
        away(2, 10, 12),
        away(3, 9, 11),
    ]  # two leaves of one person are one person
    meeting = [*three, away(4, 7, 9), away(5, 11, 12), away(6, 9, 11, cohort=4), away(77, 9, 11)]

    seen = Leaves(meeting, percent=30).seen_by(session)

    assert [(each.kind, each.count) for each in against(seen, [])] == [(Kind.LEAVE, 3)]
    assert against(Leaves(meeting, percent=31).seen_by(session), []) == []
    assert against(Leaves(meeting, percent=0).seen_by(session), []) == []
    assert against(Leaves(meeting[:3], percent=1).seen_by(session), []) == []  # two are not many


def test_leave_of_who_teaches_is_a_conflict_whatever_the_share():
    session = side(1, 9, 11, cohort=3, teacher="张 三、李四", people=frozenset(range(10)))

    seen = Leaves([away(1, 10, 12, name="张三")]).seen_by(session)

    assert [(each.kind, each.one.away_teachers) for each in against(seen, [])] == [(Kind.LEAVE, {"张三"})]


def test_a_session_and_its_own_draft_are_no_conflict():
    assert list(between(side(1, venue=7, teacher="张三"), side(1, venue=7, teacher="张三"))) == []


@pytest.mark.parametrize("written", ["王 强", "王强 ", "王　强", "ＷＡＮＧ", "Wang"])
def test_a_name_is_compared_without_width_spaces_and_case(written):
    assert name_key(written) == ("王强" if "王" in written else "wang")


def test_several_teachers_in_one_field_are_each_in_the_conflict():
    one, other = side(1, teacher="张三、李四"), side(2, teacher="王五，李 四")

    assert teacher_keys("张三、李四") == {"张三", "李四"}
    assert [each.kind for each in between(one, other)] == [Kind.TEACHER]


def test_a_teacher_who_may_overlap_by_decision_is_no_conflict():
    assert list(between(side(1, teacher="张三", may_overlap=True), side(2, teacher="张三"))) == []


def test_one_person_in_two_classes_is_named_once_and_a_class_in_both_is_named_as_a_class():
    people = {"people": frozenset({1, 2, 3})}

    assert [(each.kind, each.count) for each in between(side(1, **people), side(2, people=frozenset({3, 4})))] == [
        (Kind.PERSON, 1)
    ]
    assert [
        each.kind
        for each in between(side(1, classes=frozenset({5}), **people), side(2, classes=frozenset({5}), **people))
    ] == [Kind.CLASS]


@pytest.mark.parametrize(("seats", "kinds"), [(2, [Kind.CAPACITY]), (3, []), (None, [])])
def test_more_people_than_seats_is_a_conflict(seats, kinds):
    assert [each.kind for each in against(side(1, venue=1, seats=seats, people=frozenset({1, 2, 3})), [])] == kinds


@pytest.mark.parametrize(
    ("closed_on", "kinds"), [(date(2026, 9, 8), [Kind.CLOSED]), (date(2026, 9, 9), []), (None, [])]
)
def test_a_venue_is_closed_from_its_first_day_without_it(closed_on, kinds):
    assert [each.kind for each in against(side(1, venue=1, closed_on=closed_on), [])] == kinds


def search(**fields) -> Search:
    fields = {
        "length": timedelta(hours=2),
        "wished": hour(9),
        "now": hour(-24),
        "first": date(2026, 9, 1),
        "last": date(2026, 9, 30),
    } | fields
    return Search(**fields)


def test_three_free_slots_of_the_same_length_are_offered_near_the_wish():
    busy = [(hour(9), hour(11))]

    assert free_slots(search(), busy) == [
        (hour(14), hour(16)),
        (hour(16), hour(18)),
        (hour(18), hour(20)),
    ]


def test_no_slot_meets_what_is_busy_nor_lies_outside_the_hours():
    random = Random(4)
    hours = Hours(opens=time(8), closes=time(18), weekends=False)
    for _n in range(50):
        busy = [
            (hour(start), hour(start + random.randrange(1, 6)))
            for start in (random.randrange(0, 24 * 20) for _ in range(60))
        ]
        wanted = search(length=timedelta(minutes=random.choice([45, 90, 180])), hours=hours)

        found = free_slots(wanted, busy)

        for start, end in found:
            assert end - start == wanted.length
            assert hours.allows(start, end)
            assert not any(overlap(start, end, *span) for span in busy)


def test_a_slot_suits_whatever_else_is_asked():
    search = Search(timedelta(hours=2), wished=hour(9), now=hour(0), first=NOON.date(), last=NOON.date())

    assert [start.hour for start, _end in free_slots(search, [], suits=lambda start, end: start.hour >= 16)] == [16, 18]


def test_where_there_is_no_room_no_slot_is_offered():
    assert free_slots(search(last=date(2026, 9, 8), first=date(2026, 9, 8)), [(hour(0), hour(24))]) == []


def test_nothing_is_offered_that_is_over_or_on_a_weekend():
    found = free_slots(search(now=hour(10), last=date(2026, 9, 8)), [])
    over_the_weekend = free_slots(search(wished=hour(9 + 24 * 4), length=timedelta(hours=9)), [])

    assert [start for start, _end in found] == [hour(10), hour(14), hour(16)]
    assert [start.date().weekday() for start, _end in over_the_weekend] == [0, 1, 2]


def test_the_search_looks_at_no_more_than_sixty_days():
    assert len(search(last=date(2036, 9, 1)).days()) == 60
