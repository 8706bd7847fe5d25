"""How the state of a notice, and of its way to a person, looks wherever it is shown: the kind of the tag and its drawing."""

NOTICE_TAGS = {
    "waiting": ("accent", "clock"),
    "merged": ("accent", "send"),
    "sent": ("ok", ""),
    "dropped": ("", ""),
    "cancelled": ("", ""),
}
DELIVERY_TAGS = {
    "waiting": ("accent", "clock"),
    "sending": ("accent", "send"),
    "sent": ("ok", ""),
    "failed": ("bad", ""),
    "cancelled": ("", ""),
}
