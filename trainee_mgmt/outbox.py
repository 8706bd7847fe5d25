"""The channels of the outbox, read from the environment: all off by default, and nonsense is refused at the start."""

from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

NAMES = ("email", "wecom", "dingtalk", "feishu", "sms")
APPS = {  # channel -> (variable, key of the settings, is it needed)
    "wecom": (("WECOM_CORP_ID", "corp_id"), ("WECOM_AGENT_ID", "agent_id"), ("WECOM_SECRET", "secret")),
    "dingtalk": (("DINGTALK_APP_KEY", "app_key"), ("DINGTALK_AGENT_ID", "agent_id"), ("DINGTALK_APP_SECRET", "secret")),
    "feishu": (("FEISHU_APP_ID", "app_id"), ("FEISHU_APP_SECRET", "secret")),
}
SERVERS = {
    "wecom": ("WECOM_API", "https://qyapi.weixin.qq.com"),
    "dingtalk": ("DINGTALK_API", "https://oapi.dingtalk.com"),
    "feishu": ("FEISHU_API", "https://open.feishu.cn"),
}
NUMBERS = ("WECOM_AGENT_ID", "DINGTALK_AGENT_ID")


def channels_of(env, *, site_url: str) -> dict[str, dict]:
    """What ``NOTICE_CHANNELS`` names, in its order, each with its settings."""
    names = [name.strip() for name in env.list("NOTICE_CHANNELS", []) if name.strip()]
    for name in names:
        if name not in NAMES:
            raise ImproperlyConfigured(f"NOTICE_CHANNELS: {name!r} is no channel; there are {', '.join(NAMES)}")
    if len(set(names)) != len(names):
        raise ImproperlyConfigured("NOTICE_CHANNELS names a channel twice")
    if names and not site_url:
        raise ImproperlyConfigured("NOTICE_CHANNELS needs SITE_URL: messages say where to read on")
    return {name: _settings_of(name, env) for name in names}


def site_url_of(env) -> str:
    """``https://training.example.org``, without a path; empty if nothing outside needs it."""
    said = env.str("SITE_URL", "").rstrip("/")
    return _server("SITE_URL", said) if said else ""


def _settings_of(name: str, env) -> dict:
    if name == "email":
        return _email(env)
    if name == "sms":
        return _sms(env)
    found = {key: _needed(env, variable) for variable, key in APPS[name]}
    for variable, key in APPS[name]:
        if variable in NUMBERS and not found[key].isdecimal():
            raise ImproperlyConfigured(f"{variable} must be the number of the app")
    variable, usual = SERVERS[name]
    return found | {"server": _server(variable, env.str(variable, usual))}


def _email(env) -> dict:
    url = urlsplit(_needed(env, "SMTP_URL"))
    if url.scheme not in ("smtp", "smtps", "submission") or not url.hostname:
        raise ImproperlyConfigured(
            "SMTP_URL must be smtp://, submission:// (STARTTLS) or smtps://user:password@host:port"
        )
    sender = _needed(env, "MAIL_FROM")
    if "@" not in sender or "\n" in sender:
        raise ImproperlyConfigured("MAIL_FROM must be an address such as 培训 <training@example.org>")
    config = env.dj_email_url("SMTP_URL")
    return {
        "host": config["EMAIL_HOST"],
        "port": config["EMAIL_PORT"] or {"smtp": 25, "submission": 587, "smtps": 465}[url.scheme],
        "username": config["EMAIL_HOST_USER"] or "",
        "password": config["EMAIL_HOST_PASSWORD"] or "",
        "use_tls": config["EMAIL_USE_TLS"],
        "use_ssl": config["EMAIL_USE_SSL"],
        "sender": sender,
    }


def _sms(env) -> dict:
    """A gateway that takes one POST per message. ``{phone}``, ``{text}`` and ``{id}`` stand in the body or the URL."""
    url = _server("SMS_URL", _needed(env, "SMS_URL"), path=True)
    body, headers = env.json("SMS_BODY", {}), env.json("SMS_HEADERS", {})
    if not isinstance(body, dict) or not isinstance(headers, dict):
        raise ImproperlyConfigured("SMS_BODY and SMS_HEADERS must be JSON objects")
    whole = f"{url}{body}"
    for place in ("{phone}", "{text}"):
        if place not in whole:
            raise ImproperlyConfigured(f"SMS_BODY (or SMS_URL) must hold {place}")
    limit = env.int("SMS_LIMIT", 300)
    if not 60 <= limit <= 2000:
        raise ImproperlyConfigured("SMS_LIMIT must be 60 to 2000 characters")
    return {"url": url, "headers": headers, "body": body, "accepted": env.str("SMS_ACCEPTED", ""), "limit": limit}


def _needed(env, variable: str) -> str:
    value = env.str(variable, "").strip()
    if not value:
        raise ImproperlyConfigured(f"NOTICE_CHANNELS asks for a channel that needs {variable}")
    return value


def _server(variable: str, value: str, *, path: bool = False) -> str:
    url = urlsplit(value)
    if url.scheme not in ("http", "https") or not url.netloc or (url.path.strip("/") and not path):
        raise ImproperlyConfigured(f"{variable} must be an address such as https://host")
    return value if path else value.rstrip("/")
