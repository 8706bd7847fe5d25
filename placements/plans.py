"""The stored plans of this app."""

from datetime import date
from io import BytesIO

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from placements.models import Host, Placement, PlacementChange
from placements.services.changes import carry_out, prepare
from placements.services.host_import import apply_hosts, compute_hosts, hosts_version
from placements.services.moving import MOVERS, count_moves
from trainee_mgmt.kit import actor
from trainee_mgmt.kit.formats import span
from trainee_mgmt.kit.plans import SHOWN, PlanKind, register
from trainee_mgmt.kit.sheets import ListSheet, xlsx_lists


@register
class HostPlan(PlanKind):
    """Hosts, posts and seats for a cohort from a file of the office."""

    name = "placements.import_hosts"
    title = gettext_lazy("Import of hosts and posts")
    allow = "placements.import_hosts"
    subject_model = "cohorts.Cohort"
    template = "placements/_host_plan.html"

    def version(self, subject):
        return hosts_version(subject)

    def compute(self, subject, given, source, progress):
        return compute_hosts(subject, source, given["name"], progress)

    def apply(self, subject, payload, progress):
        return apply_hosts(subject, payload, progress)

    def done_url(self, subject, outcome):
        return reverse("placements:offer_list", kwargs={"cohort": subject.pk})

    def context(self, subject, payload):
        hosts = payload["hosts"]
        return {
            "hosts": [line | {"facts": _facts(line)} for line in hosts[:SHOWN]],
            "problems": payload["problems"][:SHOWN],
            "warnings": payload["warnings"][:SHOWN],
            "shown": SHOWN,
            "nothing": not hosts,
            "apply_label": ngettext("Write %(count)s host", "Write %(count)s hosts", len(hosts))
            % {"count": len(hosts)},
        }


def _facts(line: dict) -> list[tuple[str, str, str]]:
    """(label, before, after) of what changes of a host that is there."""
    words = {True: _("yes"), False: _("no")}
    return [
        (Host._meta.get_field(name).verbose_name, words.get(before, before), words.get(line["fields"][name], line["fields"][name]))
        for name, before in line["before"].items()
    ]  # fmt: skip


def host_template() -> bytes:
    """The columns, with a line that shows how."""
    header = [
        "企业名称",
        "统一社会信用代码",
        "行业",
        "规模",
        "地址",
        "岗位",
        "名额",
        "岗位要求",
        "企业导师",
        "导师电话",
        "可提供住宿",
    ]
    row = ("", "", "智能装备", "中型", "", "总经理助理", 2, "能长期驻点", "", "", "是")
    file = BytesIO()
    xlsx_lists(file, [ListSheet(_("Host enterprises"), header, [row], text_columns=(1, 9))])
    return file.getvalue()


@register
class ChangePlan(PlanKind):
    """A stay that is extended, moved, ended early or put back as it was, with every duty that moves."""

    name = "placements.change"
    title = gettext_lazy("Change of a placement")
    allow = "placements.change_placement"
    subject_model = "placements.Placement"
    locks_subject = False  # the cohort comes first: a change may touch two stays of a trainee
    template = "placements/_change_plan.html"

    def version(self, subject):
        return str(subject.pk)  # applying computes it anew under lock and compares all of it

    def compute(self, subject, given, source, progress):
        payload = prepare(subject, given)
        return payload, {"moved": count_moves(payload["moves"])}

    def apply(self, subject, payload, progress):
        return {"moved": carry_out(subject, payload, by=actor.current().user_id).moved}

    def context(self, subject, payload):
        duties = [
            (MOVERS[name].label, [MOVERS[name].words(move) for move in moves])
            for name, moves in payload["moves"].items()
        ]
        return {
            "kind_name": PlacementChange.Kind(payload["given"]["kind"]).label,
            "before": _stay(payload["before"]),
            "after": _stay(payload["after"]),
            "new": payload.get("new") and _stay(payload["new"]),
            "offered_until": _offered(payload),
            "duties": duties,
            "count": count_moves(payload["moves"]),
            "apply_label": _("Change the placement"),
        }


def _stay(facts: dict) -> dict:
    first, last = map(date.fromisoformat, facts["days"])
    state = str(Placement.State(facts["state"]).label) if "state" in facts else ""
    return facts | {"days": span(first, last), "state": state}


def _offered(payload: dict) -> tuple[date, date] | None:
    """From when to when an offer moves with the stay."""
    days = [payload[side].get("offered_until") for side in ("before", "after")]
    return tuple(map(date.fromisoformat, days)) if all(days) and days[0] != days[1] else None
