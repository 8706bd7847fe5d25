"""A plan in words: points by criterion, prices of other places, reasons of unmet wishes, clashing rules."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from cohorts.models import Trainee
from placements.models import MatchPair, MatchPlan, Offer
from placements.rules.assembling import ELSEWHERE, HOST, LODGING, Facts
from placements.rules.fit import Criterion, normal
from placements.rules.matching.problem import (
    Alternative,
    Apart,
    LeastAtHost,
    LeastAtPost,
    Lock,
    MostOfGroup,
    Move,
    OnePlace,
    Problem,
    Refusal,
    Rule,
    Seats,
    Solution,
)
from placements.rules.matching.solver import Clock, TookTooLong
from placements.rules.prices import Price, as_price, price, unmet, worth_a_look
from placements.rules.stored import clash_from_json
from placements.selectors.plans import facts_of, known_price, locks_of, solution_of

CRITERIA = {
    Criterion.POST_FIT: gettext_lazy("post fit"),
    Criterion.INDUSTRY: gettext_lazy("industry relation"),
    Criterion.WORK: gettext_lazy("work relation"),
    Criterion.TRAINEE_WISH: gettext_lazy("wish of the trainee"),
    Criterion.HOST_WISH: gettext_lazy("wish of the host"),
    Criterion.LODGING: gettext_lazy("need of lodging"),
    Criterion.DISTANCE: gettext_lazy("distance (same district or city)"),
}


A_PAGE = 2  # seconds that the prices of a page may take all together; what takes longer belongs to the worker
NAMED = 3  # so many of those who would move are named in a list of prices; the page of a move names all


@dataclass(frozen=True)
class Part:
    """One line of the sum: points had, and the weight."""

    label: str
    points: Decimal
    most: Decimal

    @property
    def share(self) -> int:
        return int(self.points * 100 / self.most) if self.most else 0


@dataclass(frozen=True)
class Told:
    """A rule in words, and the page where it is changed (may be empty)."""

    text: str
    url: str = ""


@dataclass(frozen=True)
class Option:
    """Another place of a person: ``cost`` of all, None where a hard rule does not let it be, or where it is not known."""

    post: str
    offer: int
    rank: int | None
    cost: Decimal | None
    sentence: str
    fewer: int = 0
    is_known: bool = True  # False: it was not found out

    @property
    def gain(self) -> Decimal:
        return -self.cost if self.cost is not None else Decimal(0)


def parts_of(pair: MatchPair) -> list[Part]:
    """The points of a pair by criterion, in the order of the rules; criteria without weight are left out."""
    rules = pair.plan.rules
    return [
        Part(str(label), Decimal(pair.points[criterion]).scaleb(-2), getattr(rules, criterion))
        for criterion, label in CRITERIA.items()
        if pair.points and getattr(rules, criterion)
    ]


class Explainer:
    """One plan with the names of everybody in it; two queries and one reading of its facts."""

    def __init__(self, plan: MatchPlan):
        self.plan = plan
        self.facts: Facts = facts_of(plan)
        people = Trainee.objects.filter(pk__in=[int(each.key) for each in self.facts.people])
        self.people = {str(pk): name for pk, name in people.values_list("pk", "person__name")}
        offers = Offer.objects.filter(pk__in=[int(each.key) for each in self.facts.posts]).select_related("post__host")
        self.on_offer = {str(offer.pk): str(offer.post) for offer in offers}
        self.posts = {
            each.key: self.on_offer.get(each.key) or _("a post that was withdrawn") for each in self.facts.posts
        }
        there = {str(offer.post.host_id): offer.post.host.name for offer in offers}
        self.hosts = {key: there.get(key) or _("a host whose posts were withdrawn") for key in self.facts.hosts}
        self.solution: Solution = solution_of(plan)
        self._locks = locks_of(plan)
        self._clock = Clock(A_PAGE if plan.is_small else 0)

    @cached_property
    def _problem(self) -> Problem:
        return self.facts.problem()

    def problem(self, person: str) -> Problem:
        return self._problem.with_rules(*(Lock(*pair) for pair in self._locks if pair[0] != person))

    # Other places -------------------------------------------------------------------------------------------------------
    def options(self, person: str, *, most: int = 6) -> list[Option]:
        """The prices of the posts wished and of those that fit best."""
        if not self.plan.is_open:
            return []
        posts = worth_a_look(self.facts, self.solution, person, most=most)
        return [self._priced(person, post) for post in posts if post in self.on_offer]

    def option(self, person: str, post: str) -> Option:
        """The price of one post, with everybody who moves because of it; not known where only the worker finds it."""
        if known := known_price(self.plan, person, post):
            return self._option(person, as_price(self.facts, person, post, known), most=len(self.people))
        return self._priced(person, post, most=len(self.people))

    def unmet(self, person: str) -> list[Option]:
        """Every wish that ranks before the place found, with the reason why it was not met."""
        return [self._priced(person, post) for post, _rank in unmet(self.facts, self.solution, person)]

    def _priced(self, person: str, post: str, *, most: int = NAMED) -> Option:
        if left := self._clock.left:
            try:
                found = price(self.facts, self.problem(person), self.solution, person, post, seconds=left)
                return self._option(person, found, most=most)
            except TookTooLong:
                pass
        return self._without_price(person, post, _("Its price takes a moment to find: choose it to be moved by hand."))

    def _without_price(self, person: str, post: str, words: str) -> Option:
        ranks = self.facts.ranks.get((person, post))
        return Option(self.posts[post], int(post), ranks and ranks.trainee, None, words, is_known=False)

    def _option(self, person: str, found: Price, *, most: int = NAMED) -> Option:
        name = self.posts[found.post]
        if not isinstance(found.found, Alternative):
            words = _("; ").join(told.text for told in self.in_words(found.found)) or _(
                "A lock of this plan does not let it be."
            )
            return Option(name, int(found.post), found.rank, None, words)
        cost = Decimal(found.found.cost).scaleb(-2)
        return Option(
            name,
            int(found.post),
            found.rank,
            cost,
            self._because(person, found.post, found.found, most=most),
            found.found.fewer,
        )

    def _because(self, person: str, post: str, found: Alternative, *, most: int) -> str:
        """Moving A to X costs 3.20 in total, because B …"""
        cost = Decimal(found.cost).scaleb(-2)
        others = sorted(
            (move for move in found.moves if move.person != person), key=lambda move: (move.difference, move.person)
        )
        own = [self._own(move) for move in found.moves if move.person == person]
        reasons = own + [self._move(move) for move in others[:most]]
        if others[most:]:
            left = sum(move.difference for move in others[most:])
            words = ngettext(
                "%(n)s more person moves (%(points)s)", "%(n)s more people move (%(points)s)", len(others) - most
            )
            reasons.append(words % {"n": len(others) - most, "points": f"{Decimal(left).scaleb(-2):+}"})
        if found.fewer > 0:
            reasons.append(
                ngettext("%(n)s person fewer has a place", "%(n)s people fewer have a place", found.fewer)
                % {"n": found.fewer}
            )
        values = {"who": self.people[person], "post": self.posts[post], "because": _("; ").join(reasons)}
        if cost > 0:
            return _("Moving %(who)s to %(post)s costs %(cost)s in total, because %(because)s.") % (
                values | {"cost": cost}
            )
        if cost < 0:
            return _("Moving %(who)s to %(post)s gains %(gain)s in total, because %(because)s.") % (
                values | {"gain": -cost}
            )
        return _("Moving %(who)s to %(post)s costs nothing in total: %(because)s.") % values

    def _own(self, move: Move) -> str:
        values = self._values(move)
        if move.difference == 0:
            return _("%(who)s has as many points there") % values
        if move.difference > 0:
            return _("%(who)s has %(points)s points more there") % values
        return _("%(who)s has %(points)s points less there") % values

    def _move(self, move: Move) -> str:
        values = self._values(move)
        if not move.after:
            return _("%(who)s is left without a place (%(points)s points less)") % values
        if move.difference == 0:
            return _("%(who)s moves to %(post)s (as many points)") % values
        if move.difference > 0:
            return _("%(who)s moves to %(post)s (%(points)s points more)") % values
        return _("%(who)s moves to %(post)s (%(points)s points less)") % values

    def _values(self, move: Move) -> dict:
        points = abs(Decimal(move.difference).scaleb(-2))
        return {"who": self.people[move.person], "points": points, "post": self.posts[move.after] if move.after else ""}

    def with_unmet_wishes(self) -> list[str]:
        """People who wished another post more than the one they have, in the order of their names."""
        found = [who.key for who in self.facts.people if unmet(self.facts, self.solution, who.key)]
        return sorted(found, key=lambda person: (self.people[person], person))

    def place_of(self, person: str) -> str:
        post = self.solution.places.get(person)
        return self.posts[post] if post else ""

    def checks(self, pair: MatchPair) -> list[str]:
        """The hard rules that concern a pair, as they hold now."""
        person, post = str(pair.trainee_id), str(pair.offer_id or "")
        if not post:
            return []
        who, where = self.facts.person[person], self.facts.post[post]
        taken = sum(place == post for place in self.solution.places.values())
        told = [_("seats of the post: %(taken)s of %(seats)s taken") % {"taken": taken, "seats": where.seats}]
        if who.needs_lodging:
            told.append(
                _("lodging is needed and there is some")
                if where.has_lodging
                else _("lodging is needed and there is none")
            )
        if self.facts.most_of_unit and who.unit:
            words = _("of %(unit)s %(n)s here, at most %(most)s")
            told.append(
                words % {"unit": who.unit, "n": self._of_unit(who.unit, where.host), "most": self.facts.most_of_unit}
            )
        apart = [pair for pair in self.facts.apart if person in pair]
        if apart:
            told.append(
                ngettext("kept apart from %(n)s person", "kept apart from %(n)s people", len(apart)) % {"n": len(apart)}
            )
        return told

    def _of_unit(self, unit: str, host: str) -> int:
        return sum(
            normal(self.facts.person[who].unit) == normal(unit) and self.facts.post[post].host == host
            for who, post in self.solution.places.items()
        )

    # Rules --------------------------------------------------------------------------------------------------------------
    def clash(self) -> tuple[list[Told], bool]:
        """The rules that cannot hold together, and whether these are the fewest."""
        clash = clash_from_json(self.plan.clash)
        return self.in_words(clash.rules), clash.is_smallest

    def in_words(self, rules: Iterable[Rule]) -> list[Told]:
        """One sentence a rule; what refuses many people the same post is one sentence."""
        refused: dict[tuple[str, str], list[str]] = {}
        told, placed_once = [], []
        for rule in rules:
            if isinstance(rule, Refusal):
                refused.setdefault((rule.why, rule.post), []).append(self.people[rule.person])
            elif isinstance(rule, OnePlace):
                placed_once.append(self.people[rule.person])
            else:
                told.append(self._rule(rule))
        told += [self._refusal(why, post, names) for (why, post), names in refused.items()]
        return told + _one_place(placed_once)

    def _refusal(self, why: str, post: str, names: Sequence[str]) -> Told:
        values = {"who": _(", ").join(names), "post": self.posts[post]}
        cohort = self.plan.cohort_id
        if why == LODGING:
            rules = address("placements:matching_rules", cohort=cohort)
            return Told(_("%(who)s needs lodging and %(post)s has none") % values, rules)
        if why == ELSEWHERE:
            return Told(_("%(who)s is placed elsewhere at the time of %(post)s") % values)
        if why == HOST:
            return Told(_("%(post)s refused %(who)s") % values, address("placements:host_wishes", pk=int(post)))
        return Told(_("%(who)s refused %(post)s") % values, address("placements:wish_list", cohort=cohort))

    def _rule(self, rule: Rule) -> Told:
        cohort = self.plan.cohort_id
        rules = address("placements:matching_rules", cohort=cohort)
        offers = address("placements:offer_list", cohort=cohort)
        match rule:
            case Lock():
                plan = self.plan.after or self.plan
                words = _("%(who)s is locked to %(post)s")
                return Told(
                    words % {"who": self.people[rule.person], "post": self.posts[rule.post]}, plan.get_absolute_url()
                )
            case MostOfGroup():
                unit = next(each.unit for each in self.facts.people if each.key in rule.people)
                words = _("at most %(n)s of %(unit)s at %(host)s")
                return Told(words % {"n": rule.most, "unit": unit, "host": self.hosts[rule.host]}, rules)
            case LeastAtHost():
                return Told(_("at least %(n)s at %(host)s") % {"n": rule.least, "host": self.hosts[rule.host]}, rules)
            case LeastAtPost():
                return Told(
                    _("%(post)s must be filled with %(n)s") % {"n": rule.least, "post": self.posts[rule.post]}, offers
                )
            case Apart():
                words = _("%(one)s and %(other)s are kept apart")
                return Told(words % {"one": self.people[rule.one], "other": self.people[rule.other]}, rules)
            case Seats():
                seats = self.facts.post[rule.post].seats
                words = ngettext("%(post)s has %(n)s free seat", "%(post)s has %(n)s free seats", seats)
                return Told(words % {"post": self.posts[rule.post], "n": seats}, offers)
        raise TypeError(rule)


def _one_place(names: Sequence[str]) -> list[Told]:
    """Few are named; of many it is their number that counts."""
    if len(names) <= NAMED:
        return [Told(_("%(who)s has one place only") % {"who": name}) for name in names]
    words = ngettext(
        "only %(n)s person is there for these places", "only %(n)s people are there for these places", len(names)
    )
    return [Told(words % {"n": len(names)})]


def address(name: str, **kwargs) -> str:
    """The URL of a page, or nothing where there is none."""
    try:
        return reverse(name, kwargs=kwargs)
    except NoReverseMatch:
        return ""
