"""Hosts, posts and seats from a file: decided without writing, then written exactly as decided.

A host is known by its credit code, else by its name, within the unit of the program; a post by its name at the host. What a
cell leaves empty stays as it is, and the same file a second time changes nothing.
"""

import hashlib
import json
from collections import defaultdict
from typing import Any

from django.db.models import Count

from cohorts.models import Cohort
from placements.models import Host, HostContact, Offer, Post
from placements.rules.host_sheet import OF_HOST, HostRow, HostSheet, Problem, key_of, read_hosts
from placements.services.hosts import phone_columns
from placements.services.offers import add_offer, set_seats
from placements.services.seats import lock_offers
from trainee_mgmt.kit.crypto import blind_index, mask_phone
from trainee_mgmt.kit.sheets import BadFile, plain_cell, read_book
from trainee_mgmt.kit.words import say as _

ADD, CHANGE, SAME = "add", "change", "same"


def hosts_version(cohort: Cohort) -> str:
    """A digest of all that a plan is decided against: the register of the unit, and what is offered to the cohort."""
    unit = {"unit": cohort.program.unit_id}
    of_unit = {f"host__{name}": value for name, value in unit.items()}
    rows = [
        list(Host.objects.filter(**unit).order_by("pk").values_list("pk", "name", "has_lodging", "state", *OF_HOST)),
        list(HostContact.objects.filter(**of_unit).order_by("pk").values_list("pk", "name", "phone_index", "left_on")),
        list(Post.objects.filter(**of_unit).order_by("pk").values_list(*POST_FIELDS, "closed_on")),
        list(_offers(cohort).values_list("pk", "post", "seat_count", "held")),
        [cohort.starts_on, cohort.ends_on],
    ]
    return hashlib.sha256(json.dumps(rows, default=str).encode()).hexdigest()


POST_FIELDS = ("pk", "host", "name", "requirements", "mentor", "has_lodging")


def compute_hosts(cohort: Cohort, source: bytes, name: str, progress) -> tuple[dict, dict]:
    """(payload, summary): what becomes of each host, and every row that cannot be used with its cells."""
    book = read_book(source, name)
    decision = _Decision(cohort)
    for number, sheet in enumerate(book.sheets, 1):
        found = read_hosts(sheet.rows, sheet.first_row)
        if found is None:
            decision.unread.append(sheet.name)
        else:
            decision.take(sheet.name, found)
        progress(number, len(book.sheets), _("Reading the file"))
    if len(decision.unread) == len(book.sheets):
        raise BadFile(_("No sheet has a row of headers with the host, the post and the seats."))
    decision.settle()
    return decision.payload() | {"notes": book.notes}, decision.summary()


def apply_hosts(cohort: Cohort, payload: dict, progress) -> dict:
    """Write the payload; the caller holds the transaction and has compared the version."""
    hosts = Host.objects.in_bulk({line["pk"] for line in payload["hosts"] if line["pk"]})
    offers = lock_offers(post["offer"] for line in payload["hosts"] for post in line["posts"] if post["offer"])
    for number, line in enumerate(payload["hosts"], 1):
        host = hosts[line["pk"]] if line["pk"] else Host(unit_id=cohort.program.unit_id)
        for name, value in line["fields"].items():
            setattr(host, name, value)
        host.save()
        mentors = {each["name"]: _write_contact(host, each) for each in line["contacts"]}
        for post in line["posts"]:
            _write_post(cohort, host, post, mentors, offers)
        progress(number, len(payload["hosts"]), _("Writing hosts"))
    return payload["counts"]


def _write_contact(host: Host, line: dict) -> HostContact:
    contact = HostContact(host=host, name=line["name"]) if line["do"] == ADD else HostContact.objects.get(pk=line["pk"])
    if line["do"] != SAME:
        contact.is_mentor = True
        for name, value in phone_columns(line["phone"]).items() if line["phone"] else ():
            setattr(contact, name, value)
        contact.save()
    return contact


def _write_post(cohort: Cohort, host: Host, line: dict, mentors: dict, offers: dict[int, Offer]) -> None:
    post = Post.objects.get(pk=line["pk"]) if line["pk"] else Post(host=host, name=line["name"])
    if line["do"] != SAME:
        for name, value in line["fields"].items():
            setattr(post, name, value)
        if line["mentor"]:
            post.mentor = mentors[line["mentor"]]
        post.save()
    if line["offer"]:
        if line["seats_before"] != line["seats"]:
            set_seats(offers[line["offer"]], line["seats"])
    else:
        post.host = host
        add_offer(post, cohort, seats=line["seats"], starts_on=cohort.starts_on, ends_on=cohort.ends_on)


def _offers(cohort: Cohort):
    return (
        Offer.objects.filter(cohort=cohort)
        .annotate(seat_count=Count("seats", distinct=True), held=Count("seats__placements__seat", distinct=True))
        .order_by("pk")
    )


class _Known:
    """The register of the unit as it stands."""

    def __init__(self, cohort: Cohort):
        unit = cohort.program.unit_id
        hosts = list(Host.objects.filter(unit=unit).order_by("pk"))
        self.by_code = {each.credit_code: each for each in hosts if each.credit_code}
        self.by_name = {key_of(each.name): each for each in hosts}
        self.contacts = {
            (each.host_id, each.name): each
            for each in HostContact.objects.filter(host__unit=unit, left_on=None).defer("phone").order_by("-pk")
        }
        self.posts = {
            (each.host_id, key_of(each.name)): each
            for each in Post.objects.filter(host__unit=unit).select_related("mentor").defer("mentor__phone")
        }
        self.offers = {each.post_id: each for each in reversed(_offers(cohort))}


class _Decision:
    """What becomes of each row and then of each host."""

    def __init__(self, cohort: Cohort):
        self.cohort, self.known = cohort, _Known(cohort)
        self.groups: dict[str, list[tuple[str, HostSheet, HostRow]]] = {}
        self.codes: dict[str, str] = {}  # of the file: by which group a code is used
        self.taken: dict[tuple[str, str], int] = {}
        self.problems: list[dict] = []
        self.warnings: list[dict] = []
        self.raw: dict[str, dict] = {}
        self.lines: list[dict] = []
        self.unread: list[str] = []
        self.rows = 0

    def take(self, name: str, sheet: HostSheet) -> None:
        for row in sheet.rows:
            self.rows += 1
            self._tell(self.warnings, name, row, row.warnings)
            problems = row.problems or self._place(name, sheet, row)
            if problems:
                self._leave_out(name, sheet, row, problems)

    def _place(self, name: str, sheet: HostSheet, row: HostRow) -> list[Problem]:
        """Put the row with the others of its host; what is wrong with it where the cells are clean."""
        key = key_of(row.name)
        fact = (key, key_of(row.post))
        if fact in self.taken:
            why = _("The file has this post already in row %(row)s.") % {"row": self.taken[fact]}
            return [Problem(sheet.heads["post"], row.post[:40], why)]
        if row.credit_code and self.codes.setdefault(row.credit_code, key) != key:
            return [Problem(sheet.heads["credit_code"], row.credit_code, _("The file has this code for another host."))]
        host = self._host(row)
        if host and row.credit_code and host.credit_code not in ("", row.credit_code):
            why = _("The register has another credit code for this host: %(code)s.") % {"code": host.credit_code}
            return [Problem(sheet.heads["credit_code"], row.credit_code, why)]
        if host and host.state == Host.State.CLOSED:
            return [
                Problem(sheet.heads["name"], row.name[:40], _("This host is out of use. Take it into use again first."))
            ]
        if problem := self._post_problem(sheet, row, host):
            return [problem]
        self.taken[fact] = row.line
        self.groups.setdefault(key, []).append((name, sheet, row))
        return []

    def _post_problem(self, sheet: HostSheet, row: HostRow, host: Host | None) -> Problem | None:
        post = self.known.posts.get((host.pk, key_of(row.post))) if host else None
        if post and post.closed_on:
            return Problem(sheet.heads["post"], row.post[:40], _("This post is closed. Open it again first."))
        offer = self.known.offers.get(post.pk) if post else None
        if offer and row.seats < offer.held:
            why = _("%(held)s seats are or were held; there cannot be fewer.") % {"held": offer.held}
            return Problem(sheet.heads["seats"], str(row.seats), why)
        return None

    def _host(self, row: HostRow) -> Host | None:
        return self.known.by_code.get(row.credit_code) or self.known.by_name.get(key_of(row.name))

    def _leave_out(self, name: str, sheet: HostSheet, row: HostRow, problems: list[Problem]) -> None:
        self._tell(self.problems, name, row, problems)
        kept = self.raw.setdefault(
            name, {"sheet": name, "header": [plain_cell(cell) for cell in sheet.header], "rows": []}
        )
        kept["rows"].append({"row": row.line, "cells": [plain_cell(cell) for cell in row.cells]})

    def _tell(self, told: list[dict], name: str, row: HostRow, problems) -> None:
        for column, value, why in problems:
            told.append({"sheet": name, "row": row.line, "column": column, "value": value, "why": why})

    def settle(self) -> None:
        """Once every row has its host."""
        for rows in self.groups.values():
            self.lines.append(self._line(rows))
        seen = {}
        for each in self.warnings:  # one wrong code in each row of a host is told once
            seen.setdefault((each["sheet"], each["column"], each["value"], each["why"]), each)
        self.warnings = list(seen.values())

    def _line(self, rows) -> dict:
        host = next((found for _name, _sheet, row in rows if (found := self._host(row))), None)
        first = rows[0][2]
        fields = {"name": first.name} | {name: self._agreed(rows, name) for name in OF_HOST}
        lodging = [row.lodging for _name, _sheet, row in rows if row.lodging is not None]
        if lodging:
            fields["has_lodging"] = any(lodging)
        fields = {name: value for name, value in fields.items() if value != ""}
        before = {name: getattr(host, name) for name in fields} if host else {}
        changed = {name: value for name, value in fields.items() if before.get(name) != value}
        lodges = fields.get("has_lodging", host.has_lodging if host else False)
        return {
            "do": CHANGE if host and changed else SAME if host else ADD,
            "pk": host.pk if host else None,
            "name": first.name,
            "row": first.line,
            "fields": changed,
            "before": {name: before.get(name) for name in changed} if host else {},
            "contacts": self._contacts(host, rows),
            "posts": [self._post(host, row, lodges) for _name, _sheet, row in rows],
        }

    def _agreed(self, rows, field: str) -> str:
        """What the rows of one host say; of two that differ the first holds and the other is told."""
        said = ""
        for name, sheet, row in rows:
            value = getattr(row, field)
            if value and said and value != said:
                why = _("Another row of this host says “%(said)s”; that one is kept.") % {"said": said}
                self._tell(self.warnings, name, row, [Problem(sheet.heads[field], value[:40], why)])
            said = said or value
        return said

    def _contacts(self, host: Host | None, rows) -> list[dict]:
        lines: dict[str, dict] = {}
        for name, sheet, row in rows:
            if not row.mentor:
                continue
            there = self.known.contacts.get((host.pk, row.mentor)) if host else None
            is_new_phone = bool(row.phone) and (there is None or there.phone_index != blind_index("phone", row.phone))
            do = ADD if there is None else CHANGE if is_new_phone or not there.is_mentor else SAME
            line = {
                "do": do,
                "pk": there.pk if there else None,
                "name": row.mentor,
                "phone": row.phone if is_new_phone else "",
                "mask": mask_phone(row.phone),
            }
            if row.mentor in lines and row.phone and lines[row.mentor]["mask"] not in ("", line["mask"]):
                why = _("Another row of this host has another phone for this mentor; that one is kept.")
                self._tell(self.warnings, name, row, [Problem(sheet.heads["phone"], "", why)])
            if row.mentor not in lines or not lines[row.mentor]["mask"]:
                lines[row.mentor] = line
        return list(lines.values())

    def _post(self, host: Host | None, row: HostRow, lodges: bool) -> dict:
        post = self.known.posts.get((host.pk, key_of(row.post))) if host else None
        offer = self.known.offers.get(post.pk) if post else None
        fields: dict[str, Any] = {"requirements": row.requirements} if row.requirements else {}
        if row.lodging is not None:
            fields["has_lodging"] = None if row.lodging == lodges else row.lodging
        changed = {name: value for name, value in fields.items() if not post or getattr(post, name) != value}
        mentor = row.mentor if not post or post.mentor is None or post.mentor.name != row.mentor else ""
        return {
            "do": ADD if post is None else CHANGE if changed or mentor else SAME,
            "pk": post.pk if post else None,
            "name": row.post,
            "row": row.line,
            "fields": changed,
            "mentor": mentor,
            "offer": offer.pk if offer else None,
            "seats": row.seats,
            "seats_before": offer.seat_count if offer else None,
        }

    def payload(self) -> dict[str, Any]:
        return {
            "hosts": [line for line in self.lines if _changes(line)],
            "problems": self.problems,
            "warnings": self.warnings,
            "raw": list(self.raw.values()),
            "unread": self.unread,
            "counts": self._counts(),
        }

    def summary(self) -> dict[str, int]:
        bad = sum(len(sheet["rows"]) for sheet in self.raw.values())
        same = sum(not _changes(line) for line in self.lines)
        posts = [post for line in self.lines for post in line["posts"]]
        return {
            "rows": self.rows,
            "hosts": len(self.lines),
            "posts": len(posts),
            "seats": sum(post["seats"] for post in posts),
            **self._counts(),
            "same": same,
            "problems": bad,
        }

    def _counts(self) -> dict[str, int]:
        counts: dict[str, int] = defaultdict(int, new=0, changed=0, new_posts=0, new_seats=0)
        for line in self.lines:
            counts["new"] += line["do"] == ADD
            counts["changed"] += line["do"] != ADD and _changes(line)
            for post in line["posts"]:
                counts["new_posts"] += post["do"] == ADD
                counts["new_seats"] += post["seats"] - (post["seats_before"] or 0)
        return dict(counts)


def _changes(line: dict) -> bool:
    """Whether anything is written for this host."""
    return (
        line["do"] != SAME
        or any(each["do"] != SAME for each in line["contacts"])
        or any(post["do"] != SAME or post["seats"] != post["seats_before"] for post in line["posts"])
    )
