"""The words for a permission ``app.verb_noun``: the verb, and the kind of row that it is about."""

from django.utils.translation import gettext_lazy as _

from trainee_mgmt.kit.access import GRANTS

VERBS = {
    "answer": _("answer"),
    "ask": _("ask for"),
    "attend": _("attend"),
    "cancel": _("cancel"),
    "call": _("call the roll"),
    "change": _("change"),
    "cite": _("cite"),
    "create": _("create"),
    "decide": _("decide on"),
    "delegate": _("lend"),
    "do": _("see to"),
    "edit": _("edit"),
    "end": _("end"),
    "enter": _("enter"),
    "give": _("give"),
    "import": _("import"),
    "join": _("sign up"),
    "key": _("key in"),
    "list": _("see the list of"),
    "manage": _("manage"),
    "nominate": _("nominate"),
    "make": _("make something of"),
    "note": _("add notes to"),
    "object": _("object to"),
    "open": _("open"),
    "plan": _("plan"),
    "print": _("print"),
    "publish": _("publish"),
    "record": _("record"),
    "remove": _("remove"),
    "review": _("review"),
    "run": _("enter into"),
    "schedule": _("schedule"),
    "score": _("score"),
    "see": _("see"),
    "send": _("send"),
    "settle": _("settle"),
    "split": _("split"),
    "take": _("take"),
    "undo": _("take back"),
    "use": _("use"),
    "view": _("see"),
    "write": _("write"),
}


def permission_in_words(name: str) -> str:
    """Empty where the permission is about no kind of row, or does not exist."""
    permission = GRANTS.get(name)
    verb = VERBS.get(name.partition(".")[2].partition("_")[0])
    return f"{verb}: {permission.model._meta.verbose_name}" if permission and permission.model and verb else ""
