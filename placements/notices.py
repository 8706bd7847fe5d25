"""What placements tell people: one kind of notice for each thing, with its sentence and whether it still holds."""

from datetime import date, datetime
from decimal import Decimal

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from placements.models import Category, Placement
from placements.selectors.links import mentor_links_named
from placements.selectors.wish_links import wish_links_named
from placements.services import dispatch, lead_telling, publication, tickets, visits, wish_links
from placements.services import letters as mentor_letters
from placements.services.telling import CHANGED, OPINION, still_to_say
from placements.tables.leads import stage_words
from trainee_mgmt.kit import letters
from trainee_mgmt.kit.formats import day, moment, percent
from trainee_mgmt.kit.notices import Kind, Line, Urgency, register


def _placed(notice) -> Line:
    given = notice.params
    text = _("Your place: %(post)s, from %(day)s.") % {
        "post": given["post"],
        "day": day(date.fromisoformat(given["from"])),
    }
    return Line(text, reverse("placements:my_placement"))


def _still_placed(notices: list) -> list:
    standing = Placement.objects.standing().filter(pk__in=[notice.about_id for notice in notices])
    keys = set(standing.values_list("pk", flat=True))
    return [notice for notice in notices if notice.about_id in keys]


def _class_placed(notice) -> Line:
    text = _("%(cohort)s: the places at the host enterprises are published.") % {"cohort": notice.params["name"]}
    return Line(text, reverse("placements:placement_list", kwargs={"cohort": notice.params["cohort"]}))


register(Kind(publication.PLACED, gettext_lazy("Place at a host enterprise"), _placed, _still_placed))
register(Kind(publication.CLASS_PLACED, gettext_lazy("Places of the class"), _class_placed))


def _changed(notice) -> Line:
    given = notice.params
    words = {
        "host": given["host"],
        "post": given["post"],
        "first": day(date.fromisoformat(given["first"])),
        "last": day(date.fromisoformat(given["last"])),
    }
    text = _("Your stay was changed: %(host)s, %(post)s, %(first)s to %(last)s.")
    if given["is_over"]:
        text = _("Your stay at %(host)s, %(post)s, from %(first)s was called off.")
    return Line(text % words, reverse("placements:my_placement"))


def _opinion(notice) -> Line:
    text = _("Your stay at %(host)s ends on %(day)s. Tell us how it was, without your name; it takes a minute.")
    words = {"host": notice.params["host"], "day": day(date.fromisoformat(notice.params["last"]))}
    return Line(text % words, reverse("placements:my_placement"))


register(Kind(CHANGED, gettext_lazy("Stay at a host changed"), _changed))
register(
    Kind(OPINION, gettext_lazy("Opinion about the host"), _opinion, still_to_say, Urgency.DIGEST, is_optional=True)
)


def _ticket(sentence):
    def line(notice) -> Line:
        given = notice.params
        text = _(sentence) % {
            "name": given["name"],
            "category": Category(given["category"]).label,
            "due": moment(datetime.fromisoformat(given["due_at"])),
        }
        return Line(text, reverse("placements:ticket_detail", kwargs={"pk": given["ticket"]}))

    return line


register(
    Kind(
        tickets.OPENED,
        gettext_lazy("New ticket"),
        _ticket(gettext_noop("%(name)s asks for help: %(category)s. Answer due %(due)s.")),
        tickets.still_open,
    )
)
register(
    Kind(
        tickets.REOPENED,
        gettext_lazy("Ticket opened again"),
        _ticket(gettext_noop("%(name)s opened a ticket again: %(category)s. Answer due %(due)s.")),
        tickets.still_open,
    )
)
register(
    Kind(
        tickets.OVERDUE,
        gettext_lazy("Ticket overdue"),
        _ticket(gettext_noop("%(name)s still waits for an answer: %(category)s, due %(due)s.")),
        tickets.still_overdue,
    )
)


def _answered(notice) -> Line:
    given = notice.params
    text = _("Your ticket was answered: %(category)s.") % {"category": Category(given["category"]).label}
    return Line(text, reverse("placements:my_ticket", kwargs={"pk": given["ticket"]}))


register(Kind(tickets.ANSWERED, gettext_lazy("Ticket answered"), _answered))


def _task(sentence):
    def line(notice) -> Line:
        given = notice.params
        words = {"task": given["task"], "host": given["host"], "due": day(date.fromisoformat(given["due"]))}
        return Line(_(sentence) % words, reverse("placements:visit_detail", kwargs={"pk": given["visit"]}))

    return line


_TO_DO = gettext_noop("After the visit to %(host)s: “%(task)s”, due on %(due)s.")
TASKS = (
    (visits.TASK.given, gettext_lazy("Task after a visit"), _TO_DO),
    (visits.TASK.due, gettext_lazy("Task after a visit due"), _TO_DO),
    (visits.TASK.overdue, gettext_lazy("Task after a visit overdue"),
     gettext_noop("After the visit to %(host)s: “%(task)s” was due on %(due)s and is still open.")),
)  # fmt: skip
for _name, _label, _sentence in TASKS:
    register(Kind(_name, _label, _task(_sentence), visits.still_to_do, Urgency.DIGEST))


def _action(sentence):
    def line(notice) -> Line:
        given = notice.params
        words = {"text": given["text"], "due": day(date.fromisoformat(given["due"]))}
        return Line(_(sentence) % words, reverse("reports:dispatch_action", kwargs={"pk": given["action"]}))

    return line


ACTIONS = (
    (dispatch.TASK.given, gettext_lazy("Action of a dispatch meeting"),
     gettext_noop("You are in charge of “%(text)s”, decided by the dispatch meeting and due on %(due)s.")),
    (dispatch.TASK.due, gettext_lazy("Action of a dispatch meeting due"),
     gettext_noop("“%(text)s”, decided by the dispatch meeting, is due on %(due)s.")),
    (dispatch.TASK.overdue, gettext_lazy("Action of a dispatch meeting overdue"),
     gettext_noop("“%(text)s”, decided by the dispatch meeting, was due on %(due)s and is still open.")),
)  # fmt: skip
for _name, _label, _sentence in ACTIONS:
    register(Kind(_name, _label, _action(_sentence), dispatch.still_owed, Urgency.DIGEST))


# Investment leads -----------------------------------------------------------------------------------------------------


def _lead_url(notice) -> str:
    return reverse("placements:lead_detail", kwargs={"pk": notice.params["lead"]})


def _entered(notice) -> Line:
    text = _("%(name)s named a company that may invest: %(company)s.")
    return Line(text % {"name": notice.params["name"], "company": notice.params["company"]}, _lead_url(notice))


def _credited(notice) -> Line:
    given = notice.params
    share = Decimal(given["share"])
    text = (
        _("Your share in the lead %(company)s is now %(share)s.")
        if share
        else _("You have no share in the lead %(company)s any more.")
    )
    text %= {"company": given["company"], "share": percent(share, 1)}
    return Line(f"{text} {given['reason']}".strip(), _lead_url(notice) if share else reverse("placements:my_leads"))


def _moved(notice) -> Line:
    words = {"company": notice.params["company"], "stage": stage_words(notice.params["stage"])}
    return Line(_("The lead %(company)s has moved on: %(stage)s.") % words, _lead_url(notice))


LEADS = (
    (lead_telling.ENTERED, gettext_lazy("New investment lead"), _entered, lead_telling.still_standing),
    (lead_telling.CREDITED, gettext_lazy("Share in a lead"), _credited, lead_telling.still_credited),
    (lead_telling.MOVED, gettext_lazy("Stage of a lead"), _moved, lead_telling.still_at_stage),
)
for _name, _label, _line, _still in LEADS:
    register(Kind(_name, _label, _line, _still, Urgency.DIGEST))


# Letters to people without an account ---------------------------------------------------------------------------------

letters.register(
    letters.LetterKind(
        mentor_letters.MENTOR_LINK,
        gettext_lazy("Questions for a mentor"),
        mentor_letters.to_mentor,
        mentor_links_named,
    )
)
letters.register(
    letters.LetterKind(wish_links.WISH_LINK, gettext_lazy("Wishes of a host"), wish_links.to_host, wish_links_named)
)
