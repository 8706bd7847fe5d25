"""What the first version of the rules of a cohort says, from the labels of its profile fields."""

from collections.abc import Iterable

QUESTIONS = ("study", "works_in", "first", "second", "needs_lodging", "where")
LABELS = {
    "study": ("所学专业", "专业", "major", "study"),
    "works_in": ("工作领域", "field of work"),
    "first": ("意向行业", "第一意向", "industry wished"),
    "second": ("第二意向", "second industry wished"),
    "needs_lodging": ("需要住宿", "是否需要住宿", "needs lodging"),
    "where": ("常住地", "家庭住址", "home town"),
}
RELATED = (
    ("计算机", "电子信息"),
    ("计算机", "数字经济"),
    ("机械工程", "智能装备"),
    ("电子信息", "数字经济"),
    ("智能装备", "新能源"),
    ("有色金属", "新能源"),
    ("现代物流", "数字经济"),
)
YES = frozenset({"yes", "是", "true", "1"})


def guess_keys(fields: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Which profile field (key, label) answers which question, as far as its label tells."""
    by_label = {label.strip().casefold(): key for key, label in fields}
    found = {}
    for question, labels in LABELS.items():
        if key := next((by_label[label] for label in labels if label in by_label), ""):
            found[question] = key
    return found


def is_yes(answer) -> bool:
    """Whether an answer of a profile, typed or imported, means yes."""
    return str(answer).strip().casefold() in YES


def read_related(text: str) -> list[list[str]]:
    """One pair a line, the two words parted by "~", "=" or a dash; a line that holds no pair raises ``ValueError`` with it."""
    pairs = []
    for line in filter(None, (line.strip() for line in text.splitlines())):
        for sign in ("~", "～", "=", "—", "–", " - "):
            one, found, other = line.partition(sign)
            if found and one.strip() and other.strip():
                pairs.append(sorted((one.strip(), other.strip())))
                break
        else:
            raise ValueError(line)
    return sorted(map(list, {tuple(pair) for pair in pairs}))


def write_related(pairs: Iterable[Iterable[str]]) -> str:
    """Pairs of related words as the form shows them: ``one ~ other``, one pair on a line."""
    return "\n".join(" ~ ".join(pair) for pair in pairs)
